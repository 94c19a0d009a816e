import { expect, test } from 'vitest';
import { columnsOf, type BoardBy } from '@/lib/tasks/columns';
import { clockAt } from '@/lib/tasks/due';
import { byId, example } from '@/lib/tasks/example';

const clock = clockAt(Date.parse('2026-11-20T12:00:00Z'), 'UTC');
const project = { id: 'p', name: 'House', position: 1, created_at: '', updated_at: '', version: 1 };

const board = (by: BoardBy, tasks: Parameters<typeof byId>, more: { projectId?: string; lingering?: string[] } = {}) =>
  columnsOf({
    byId: byId(...tasks),
    by,
    projects: [project],
    projectId: more.projectId ?? null,
    clock,
    lingering: new Set(more.lingering),
  }).map(({ key, tasks: found }) => [key, found.map(({ id }) => id).join('')]);

test('by priority: the most urgent first, and in a column what is due first', () => {
  const tasks = [
    example({ id: 'a', priority: 'high' }),
    example({ id: 'b', priority: 'high', due: { kind: 'date', date: '2026-11-25' } }),
    example({ id: 'c', priority: 'low' }),
    example({ id: 'd', completed: true }),
  ];
  expect(board('priority', tasks)).toEqual([['urgent', ''], ['high', 'ba'], ['medium', ''], ['low', 'c'], ['none', '']]);
});

test('by status: what was completed last is at the top', () => {
  const tasks = [
    example({ id: 'a' }),
    example({ id: 'b', completed: true, completed_at: '2026-11-19T08:00:00Z' }),
    example({ id: 'c', completed: true, completed_at: '2026-11-20T08:00:00Z' }),
  ];
  expect(board('status', tasks)).toEqual([['open', 'a'], ['completed', 'cb']]);
});

test('by project: those of none first; what was just completed stays a moment', () => {
  const tasks = [example({ id: 'a' }), example({ id: 'b', project_id: 'p', completed: true })];
  expect(board('project', tasks, { lingering: ['b'] })).toEqual([['none', 'a'], ['p', 'b']]);
});

test('one project alone, and parts only with a date of their own', () => {
  const due = { kind: 'date', date: '2026-11-25' } as const;
  const tasks = [
    example({ id: 'a' }),
    example({ id: 'b', project_id: 'p' }),
    example({ id: 'c', project_id: 'p', parent_id: 'b' }),
    example({ id: 'd', project_id: 'p', parent_id: 'b', due }),
  ];
  expect(board('status', tasks, { projectId: 'p' })).toEqual([['open', 'db'], ['completed', '']]);
});

test('what is left of a whole that is done stands for itself, and what was done of it does not', () => {
  const tasks = [
    example({ id: 'a', completed: true }),
    example({ id: 'b', parent_id: 'a' }),
    example({ id: 'c', parent_id: 'a', completed: true }),
  ];
  expect(board('status', tasks)).toEqual([['open', 'b'], ['completed', 'a']]);
});
