import { expect, test } from 'vitest';
import { Listing } from '@/lib/listing';
import type { Item } from '@/lib/notifications/change';
import { followNotifications, named } from '@/lib/notifications/follow';
import { EMPTY, withoutTask, withTasks } from '@/lib/tasks/collection';
import { example } from '@/lib/tasks/example';

const item = (id: string, more: Partial<Item> = {}): Item => ({
  id, kind: 'reminder', at: '2026-11-20T08:00:00Z', created_at: '2026-11-20T08:00:00Z', read_at: null, ...more,
});
const heard = (type: string, id: string) => ({
  type: `notification.${type}`, data: { event_id: id, seq: 1, task_id: id, version: 1, changed: [] },
});

/** The first two pages of what a server has, two at a time. */
async function shown(all: Item[]) {
  const asked: (string | null)[] = [];
  const listing = new Listing<Item>(async (cursor) => {
    asked.push(cursor);
    const from = all.findIndex(({ id }) => id === cursor) + 1;
    const items = all.slice(from, from + 2);
    return { items, next_cursor: from + 2 < all.length ? (items.at(-1)?.id ?? null) : null };
  });
  await listing.refresh();
  await listing.more();
  asked.splice(0);
  return { listing, asked, seen: () => listing.value?.items.map(({ id, read_at: readAt }) => `${id}${readAt ? ' read' : ''}`) };
}

test('what is read or deleted elsewhere is so here, and nothing is asked for', async () => {
  const { listing, asked, seen } = await shown([item('d'), item('c'), item('b'), item('a')]);
  await followNotifications(listing, false, [heard('read', 'c'), heard('deleted', 'b')]);
  expect(seen()).toEqual(['d', 'c read', 'a']);
  await followNotifications(listing, true, [heard('read', 'd')]);
  expect(seen()).toEqual(['c read', 'a']);
  expect(asked).toEqual([]);
});

test('one that comes is read with the first page alone', async () => {
  const all = [item('d'), item('c'), item('b'), item('a')];
  const { listing, asked, seen } = await shown(all);
  all.unshift(item('e'));
  await followNotifications(listing, false, [heard('created', 'e')]);
  expect(seen()).toEqual(['e', 'd', 'c', 'b', 'a']);
  expect(asked).toEqual([null]);
});

test('a task is called as it is now', () => {
  const tasks = withTasks(EMPTY, [example({ title: 'After' })]);
  const of = item('n', { task_id: 'a', task_title: 'Before' });
  expect(named(of, EMPTY).task_title).toBe('Before');
  expect(named(of, tasks).task_title).toBe('After');
  expect(named(of, withoutTask(tasks, 'a', 2)).task_title).toBeNull();
  expect(named(item('w'), tasks).task_title).toBeUndefined();
});
