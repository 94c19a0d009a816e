import { expect, test } from 'vitest';
import { EMPTY, knows, withoutTask, withTasks } from '@/lib/tasks/collection';
import { example } from '@/lib/tasks/example';
import { reread } from '@/lib/tasks/reread';

const titles = (collection: typeof EMPTY) => [...collection.byId.values()].map((task) => task.title).sort();

test('an older copy that arrives late changes nothing', () => {
  const now = withTasks(EMPTY, [example({ title: 'new', version: 3 })]);
  expect(titles(withTasks(now, [example({ title: 'old', version: 2 })]))).toEqual(['new']);
});

test('what is gone does not come back with a late copy, and does when it is restored', () => {
  const gone = withoutTask(withTasks(EMPTY, [example({ version: 1 })]), 'a', 2);
  expect(titles(withTasks(gone, [example({ version: 1 })]))).toEqual([]);
  expect(titles(withTasks(gone, [example({ version: 2 })]))).toEqual([]);
  expect(titles(withTasks(gone, [example({ version: 3, title: 'back' })]))).toEqual(['back']);
});

test('a late deletion does not take what was restored since', () => {
  const restored = withTasks(EMPTY, [example({ version: 3 })]);
  expect(withoutTask(restored, 'a', 2)).toBe(restored);
});

test('a deleted task that is read is gone', () => {
  const deleted = example({ version: 2, deleted_at: '2026-11-21T00:00:00Z' });
  expect(titles(withTasks(withTasks(EMPTY, [example()]), [deleted]))).toEqual([]);
});

test('a change of our own is known when its event comes', () => {
  const collection = withoutTask(withTasks(EMPTY, [example({ version: 4 })]), 'b', 2);
  expect(knows(collection, 'a', 4)).toBe(true);
  expect(knows(collection, 'a', 5)).toBe(false);
  expect(knows(collection, 'b', 2)).toBe(true);
  expect(knows(collection, 'c', 1)).toBe(false);
});

test('reading anew drops what is gone, and keeps what has changed during the reading', () => {
  const before = withTasks(EMPTY, [example({ id: 'a', title: 'a' }), example({ id: 'b', title: 'b' })]);
  const during = withTasks(before, [
    example({ id: 'b', title: 'b2', version: 2 }),
    example({ id: 'c', title: 'created meanwhile' }),
  ]);
  const after = reread(before, during, [example({ id: 'b', title: 'b' }), example({ id: 'd', title: 'd' })]);
  expect(titles(after)).toEqual(['b2', 'created meanwhile', 'd']);
});

test('reading anew does not bring back what was deleted during the reading', () => {
  const before = withTasks(EMPTY, [example()]);
  const during = withoutTask(before, 'a', 2);
  expect(titles(reread(before, during, [example()]))).toEqual([]);
});
