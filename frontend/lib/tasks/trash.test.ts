import { expect, test } from 'vitest';
import { example } from '@/lib/tasks/example';
import { deletedOnes, withoutDeleted } from '@/lib/tasks/trash';

const gone = (id: string, deleted_at: string, parent_id: string | null = null) => example({ id, deleted_at, parent_id });

test('parts that went with their whole are counted there', () => {
  const tasks = [gone('a', '2026-11-20T08:00:00Z'), gone('b', '2026-11-20T08:00:00Z', 'a'), gone('c', '2026-11-20T08:00:00Z', 'a')];
  expect(deletedOnes(tasks).map(({ task, parts }) => [task.id, parts])).toEqual([['a', 2]]);
});

test('a part that was deleted before, or whose whole is here still, stands for itself', () => {
  const tasks = [gone('a', '2026-11-20T08:00:00Z'), gone('b', '2026-11-19T08:00:00Z', 'a'), gone('c', '2026-11-20T08:00:00Z', 'x')];
  expect(deletedOnes(tasks).map(({ task, parts }) => [task.id, parts])).toEqual([['a', 0], ['b', 0], ['c', 0]]);
});

test('what comes back brings along the parts that went with it, and no others', () => {
  const tasks = [gone('a', '2026-11-20T08:00:00Z'), gone('b', '2026-11-20T08:00:00Z', 'a'), gone('c', '2026-11-19T08:00:00Z', 'a')];
  expect(withoutDeleted(tasks, tasks[0]!).map(({ id }) => id)).toEqual(['c']);
});
