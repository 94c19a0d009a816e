import { expect, test } from 'vitest';
import type { Task } from '@/lib/api';
import { byDay } from '@/lib/tasks/by-day';
import { clockAt } from '@/lib/tasks/due';
import { byId, example } from '@/lib/tasks/example';
import { groupTasks } from '@/lib/tasks/groups';

const clock = clockAt(Date.parse('2026-11-21T10:00:00Z'), 'UTC');
const on = (id: string, date: string, more: Partial<Task> = {}) => example({ id, due: { kind: 'date', date }, ...more });

function plan(...tasks: Task[]) {
  const groups = groupTasks({ byId: byId(...tasks), scope: { kind: 'upcoming' }, clock, lingering: new Set() });
  return byDay(groups, clock).map(({ key, tasks: planned }) => [key, planned.map(({ id }) => id)]);
}

test('a week is there from today on, and after it the days that have something', () => {
  const tasks = [
    on('c', '2026-12-24'),
    on('b', '2026-11-22'),
    on('a', '2026-11-22', { priority: 'urgent' }),
    on('now', '2026-11-21'),
    on('late', '2026-11-20'),
    example({ id: 'some day' }),
  ];
  expect(plan(...tasks)).toEqual([
    ['2026-11-21', ['now']],
    ['2026-11-22', ['a', 'b']],
    ['2026-11-23', []],
    ['2026-11-24', []],
    ['2026-11-25', []],
    ['2026-11-26', []],
    ['2026-11-27', []],
    ['2026-12-24', ['c']],
  ]);
});

test('a week without tasks is seven days', () => {
  expect(plan()).toHaveLength(7);
});
