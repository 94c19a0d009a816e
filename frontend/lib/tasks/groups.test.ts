import { expect, test } from 'vitest';
import type { Task } from '@/lib/api';
import { countTasks } from '@/lib/tasks/counts';
import { clockAt } from '@/lib/tasks/due';
import { byId, example } from '@/lib/tasks/example';
import { countParts, groupTasks } from '@/lib/tasks/groups';
import type { Scope } from '@/lib/tasks/scope';

const clock = clockAt(Date.parse('2026-11-21T10:00:00Z'), 'UTC');
const on = (id: string, date: string, more: Partial<Task> = {}) => example({ id, due: { kind: 'date', date }, ...more });

function view(scope: Scope, tasks: Task[], lingering: string[] = []) {
  const groups = groupTasks({ byId: byId(...tasks), scope, clock, lingering: new Set(lingering) });
  return Object.fromEntries(groups.map((group) => [group.key, group.tasks.map((task) => task.id)]));
}

test('the dashboard has four sections, and leaves out those that are empty', () => {
  const tasks = [on('late', '2026-11-20'), on('now', '2026-11-21'), on('soon', '2026-11-25'), example({ id: 'some day' })];
  expect(view({ kind: 'all' }, tasks)).toEqual({ overdue: ['late'], today: ['now'], upcoming: ['soon'], none: ['some day'] });
  expect(Object.keys(view({ kind: 'all' }, tasks.slice(1, 2)))).toEqual(['today']);
});

test('this morning’s task is one of today', () => {
  const morning = example({ id: 'morning', due: { kind: 'floating', local: '2026-11-21T08:00:00' } });
  expect(view({ kind: 'today' }, [morning, on('late', '2026-11-20')])).toEqual({ overdue: ['late'], today: ['morning'] });
});

test('beside what is late there is today, to put it there', () => {
  expect(view({ kind: 'today' }, [on('late', '2026-11-20')])).toEqual({ overdue: ['late'], today: [] });
  expect(view({ kind: 'today' }, [on('soon', '2026-11-22')])).toEqual({});
});

test('upcoming is what is due from today on', () => {
  const tasks = [on('soon', '2026-11-22'), on('now', '2026-11-21'), on('late', '2026-11-20'), example({ id: 'some day' })];
  expect(view({ kind: 'upcoming' }, tasks)).toEqual({ today: ['now'], upcoming: ['soon'] });
});

test('a project and the inbox keep the order that the person gave', () => {
  const tasks = [example({ id: 'b', position: 2 }), example({ id: 'a', position: 1 }), example({ id: 'p', project_id: 'home' })];
  expect(view({ kind: 'inbox' }, tasks)).toEqual({ arranged: ['a', 'b'] });
  expect(view({ kind: 'project', id: 'home' }, tasks)).toEqual({ arranged: ['p'] });
});

test('a part is seen with its whole, unless it has a date of its own', () => {
  const tasks = [example({ id: 'whole' }), example({ id: 'part', parent_id: 'whole' }), on('dated part', '2026-11-21', { parent_id: 'whole' })];
  expect(view({ kind: 'all' }, tasks)).toEqual({ today: ['dated part'], none: ['whole'] });
  expect(view({ kind: 'inbox' }, tasks)).toEqual({ arranged: ['whole'] });
  expect(countParts(byId(...tasks)).get('whole')).toBe(2);
});

test('a part whose whole is not open stands for itself', () => {
  const done = example({ id: 'done', completed: true });
  const tasks = [done, example({ id: 'left over', parent_id: 'done' }), example({ id: 'alone', parent_id: 'gone' })];
  expect(view({ kind: 'inbox' }, tasks)).toEqual({ arranged: ['left over', 'alone'] });
  expect(view({ kind: 'all' }, tasks)).toEqual({ none: ['left over', 'alone'] });
  expect(countTasks(byId(...tasks), clock).inbox).toBe(2);
});

test('what was completed lingers only for a moment', () => {
  const done = example({ id: 'done', completed: true });
  expect(view({ kind: 'inbox' }, [done])).toEqual({});
  expect(view({ kind: 'inbox' }, [done], ['done'])).toEqual({ arranged: ['done'] });
});

test('a tag', () => {
  const tasks = [example({ id: 'a', tags: ['home', 'x'] }), example({ id: 'b', tags: ['homework'] })];
  expect(view({ kind: 'tag', name: 'home' }, tasks)).toEqual({ none: ['a'] });
});
