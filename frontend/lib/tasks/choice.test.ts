import { expect, test } from 'vitest';
import type { Task } from '@/lib/api';
import { isArranged } from '@/lib/tasks/arrange';
import { choiceOf, chosenGroups, type Choice } from '@/lib/tasks/choice';
import { clockAt } from '@/lib/tasks/due';
import { byId, example } from '@/lib/tasks/example';
import type { Scope } from '@/lib/tasks/scope';
import { groupTasks } from '@/lib/tasks/groups';

const clock = clockAt(Date.parse('2026-11-21T10:00:00Z'), 'UTC');
const of = (address: string) => choiceOf(new URLSearchParams(address));

function chosen(scope: Scope, tasks: Task[], choice: Partial<Choice>, lingering: string[] = []) {
  const shown = { byId: byId(...tasks), scope, clock, lingering: new Set(lingering) };
  return chosenGroups(shown, groupTasks(shown), { hasDone: false, sort: null, ...choice });
}

const keys = (...args: Parameters<typeof chosen>) =>
  Object.fromEntries(chosen(...args).map((group) => [group.key, group.tasks.map(({ id }) => id)]));

const inbox: Scope = { kind: 'inbox' };
const tasks = [
  example({ id: 'b', title: 'Item 10', position: 1, priority: 'low', created_at: '2026-11-20T08:00:00Z', due: { kind: 'date', date: '2026-12-01' } }),
  example({ id: 'a', title: 'item 9', position: 2, priority: 'urgent', created_at: '2026-11-19T08:00:00Z' }),
  example({ id: 'c', title: 'Item 1', position: 3, priority: 'low', created_at: '2026-11-21T08:00:00Z', due: { kind: 'date', date: '2026-11-30' } }),
];

test('the address says what is wanted, and nonsense counts as not said', () => {
  expect(of('done=1&sort=priority')).toEqual({ hasDone: true, sort: 'priority' });
  expect(of('done=yes&sort=colour')).toEqual({ hasDone: false, sort: null });
});

test.each([
  ['due', ['c', 'b', 'a']],
  ['priority', ['a', 'c', 'b']],
  ['title', ['c', 'a', 'b']],
  ['created', ['c', 'b', 'a']],
] as const)('a list sorted by %s', (sort, order) => {
  expect(keys(inbox, tasks, { sort })).toEqual({ sorted: order });
});

test('only in the order that people give a list do they put anything into its place', () => {
  expect(isArranged(chosen(inbox, tasks, {}))).toBe(true);
  expect(isArranged(chosen(inbox, tasks, { sort: 'title' }))).toBe(false);
});

test('sections stay, each in the order that is wanted', () => {
  expect(keys({ kind: 'all' }, tasks, { sort: 'title' })).toEqual({ upcoming: ['c', 'b'], none: ['a'] });
});

test('what is done comes at the end, the newest first, and only that of the view', () => {
  const done = (id: string, completed_at: string, more: Partial<Task> = {}) => example({ id, completed: true, completed_at, ...more });
  const all = [
    ...tasks,
    done('x', '2026-11-18T08:00:00Z'),
    done('y', '2026-11-20T08:00:00Z'),
    done('elsewhere', '2026-11-20T08:00:00Z', { project_id: 'p' }),
    done('part', '2026-11-20T08:00:00Z', { parent_id: 'a' }),
  ];
  expect(keys(inbox, all, { hasDone: true })).toEqual({ arranged: ['b', 'a', 'c'], completed: ['y', 'x'] });
  expect(keys(inbox, all, {})).toEqual({ arranged: ['b', 'a', 'c'] });
  // Ticked off just now, it is still where it was.
  expect(keys(inbox, all, { hasDone: true, sort: 'title' }, ['y'])).toEqual({ sorted: ['c', 'a', 'b', 'y'], completed: ['x'] });
});
