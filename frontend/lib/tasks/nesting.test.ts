import { expect, test } from 'vitest';
import type { Task } from '@/lib/api';
import { byId, example } from '@/lib/tasks/example';
import { possibleWholes } from '@/lib/tasks/nesting';

const wholes = (task: Task, ...others: Task[]) => possibleWholes(task, byId(task, ...others)).map(({ id }) => id);
const others = [
  example({ id: 'c', position: 3 }),
  example({ id: 'b', position: 2 }),
  example({ id: 'elsewhere', project_id: 'p' }),
  example({ id: 'done', completed: true }),
  example({ id: 'not saved', version: 0 }),
  example({ id: 'part', parent_id: 'b' }),
];

test('a task becomes a part of an open whole of its project', () => {
  expect(wholes(example(), ...others)).toEqual(['b', 'c']);
  expect(wholes(example({ parent_id: 'b' }), ...others)).toEqual(['c']);
  expect(wholes(example({ project_id: 'p' }), ...others)).toEqual(['elsewhere']);
});

test('what has parts, or comes again, is none', () => {
  expect(wholes(example({ id: 'b' }), ...others.filter(({ id }) => id !== 'b'))).toEqual([]);
  const recurrence = {
    series_id: 's', rule: 'FREQ=DAILY', mode: 'from_due', open: 'keep_one', catch_up: 'latest',
    start: '2026-12-01', occurrence: '2026-12-01', number: 1,
  } as const;
  expect(wholes(example({ recurrence }), ...others)).toEqual([]);
});
