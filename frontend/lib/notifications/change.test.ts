import { expect, test, vi } from 'vitest';
import { Forbidden } from '@/lib/api/errors';
import { Listing } from '@/lib/listing';
import { markRead, remove, type Item } from '@/lib/notifications/change';
import { Remote } from '@/lib/remote';

const item = (id: string, readAt: string | null = null): Item => ({
  id, kind: 'reminder', at: '2026-11-20T08:00:00Z', created_at: '2026-11-20T08:00:00Z', read_at: readAt,
});
const READ = '2026-11-21T08:00:00Z';

const server = vi.hoisted(() => ({ write: async (): Promise<unknown> => ({}) }));

vi.mock('@/lib/api/client', () => ({ pageApi: { POST: () => server.write(), DELETE: () => server.write() } }));

async function places() {
  const items = [item('a'), item('b'), item('c', READ)];
  const listing = new Listing<Item>(async () => ({ items, next_cursor: null }));
  const unread = new Remote(async () => 2, 2);
  await listing.refresh();
  const seen = () => listing.value?.items.map(({ id, read_at: readAt }) => `${id}${readAt ? ' read' : ''}`);
  return { listing, unread, seen };
}

const refuse = () => Promise.reject(new Forbidden({ status: 403, code: 'forbidden', detail: 'No' }, null));

test('what is read is so at once, wherever it is seen, and is not if it is refused', async () => {
  const { seen, ...where } = await places();
  server.write = refuse;
  const done = markRead(where, item('a'));
  expect(seen()).toEqual(['a read', 'b', 'c read']);
  expect(where.unread.value).toBe(1);
  await expect(done).rejects.toThrow('No');
  expect(seen()).toEqual(['a', 'b', 'c read']);
  expect(where.unread.value).toBe(2);
});

test('all are read at once', async () => {
  const { seen, ...where } = await places();
  server.write = async () => ({});
  const done = markRead(where, null);
  expect(seen()).toEqual(['a read', 'b read', 'c read']);
  expect(where.unread.value).toBe(0);
  await done;
});

test('what is deleted is gone at once, and counts no more if it was not read', async () => {
  const { seen, ...where } = await places();
  server.write = refuse;
  const done = [remove(where, item('b')), remove(where, item('c', READ))];
  expect(seen()).toEqual(['a']);
  expect(where.unread.value).toBe(1);
  await Promise.allSettled(done);
  expect(seen()).toEqual(['a', 'b', 'c read']);
  expect(where.unread.value).toBe(2);
});
