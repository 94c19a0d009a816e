import { expect, test } from 'vitest';
import type { Task } from '@/lib/api';
import { duplication } from '@/lib/tasks/duplicate';
import { example } from '@/lib/tasks/example';

const NOW = Date.parse('2026-11-30T08:00:00Z');
const copied = (task: Task, ...others: Task[]) => duplication(task, [task, ...others], NOW);

test('a copy has all that people have written, and a series of its own', () => {
  const task = example({
    title: 'Rent', description: 'By hand', priority: 'high', tags: ['home'], project_id: 'p', completed: true,
    due: { kind: 'date', date: '2026-12-01' },
    recurrence: {
      series_id: 's', rule: 'FREQ=MONTHLY', mode: 'from_due', open: 'keep_one', catch_up: 'latest',
      start: '2026-01-01', occurrence: '2026-12-01', number: 12, exdates: ['2026-02-01'],
    },
    reminders: [
      { id: 'r', when: { kind: 'before', minutes: 30 }, channels: ['email'] },
      { id: 'gone', when: { kind: 'at', at: '2026-11-30T07:00:00Z' } },
      { id: 'to come', when: { kind: 'at', at: '2026-11-30T09:00:00Z' } },
    ],
  });
  expect(copied(task)).toEqual({
    key: expect.any(String),
    kind: 'create',
    parts: [],
    task: {
      title: 'Rent', description: 'By hand', priority: 'high', tags: ['home'], project_id: 'p', parent_id: null,
      due: { kind: 'date', date: '2026-12-01' },
      recurrence: { rule: 'FREQ=MONTHLY', mode: 'from_due', open: 'keep_one', catch_up: 'latest' },
      reminders: [
        { when: { kind: 'before', minutes: 30 }, channels: ['email'] },
        { when: { kind: 'at', at: '2026-11-30T09:00:00Z' } },
      ],
    },
  });
});

test('it stands directly behind, among those of the same list', () => {
  const task = example({ position: 1 });
  const others = [example({ id: 'c', position: 4 }), example({ id: 'b', position: 2 }), example({ id: 'p', position: 1.5, project_id: 'p' })];
  expect(copied(task, ...others).task.position).toBe(1.5);
  expect(copied(example({ position: 5 }), ...others).task.position).toBeUndefined();
  expect(copied(example({ version: 0, position: Number.MAX_SAFE_INTEGER }), ...others).task.position).toBeUndefined();
});

test('parts that are still to be done come along, in their order', () => {
  const part = (id: string, position: number, completed = false) => example({ id, title: id, parent_id: 'a', position, completed });
  const { parts } = copied(example(), part('second', 2), part('first', 1), part('done', 3, true), example({ id: 'x', parent_id: 'y' }));
  expect(parts?.map(({ title }) => title)).toEqual(['first', 'second']);
});
