import { expect, test, vi } from 'vitest';
import { createData, knownTasks } from '@/lib/data';
import { Listing } from '@/lib/listing';
import { example } from '@/lib/tasks/example';
import { followTasks, withFound } from '@/lib/tasks/listed';

const server = vi.hoisted(() => ({ asked: [] as unknown[], items: [] as unknown[] }));

vi.mock('@/lib/api/client', () => ({
  pageApi: {
    GET: async (_: string, { params: { query } }: { params: { query: unknown } }) => {
      server.asked.push(query);
      return { data: { items: server.items } };
    },
  },
}));

const due = (id: string, due_at: string | null, more = {}) => example({ id, due_at, ...more });
const byDue = { sort: 'due', order: 'asc' } as const;
const listed = [due('a', '2026-11-21T08:00:00Z'), due('b', '2026-11-23T08:00:00Z'), due('c', null)];
const ids = ({ items }: { items: readonly { id: string }[] }) => items.map(({ id }) => id).join('');

test('what belongs to a list now stands where it belongs, and what does not is gone', () => {
  const list = { items: listed, next: null };
  expect(ids(withFound(list, byDue, ['d'], [due('d', '2026-11-22T08:00:00Z')]))).toBe('adbc');
  expect(ids(withFound(list, byDue, ['a'], [due('a', '2026-11-24T08:00:00Z')]))).toBe('bac');
  expect(ids(withFound(list, byDue, ['b', 'x'], []))).toBe('ac');
  expect(ids(withFound(list, byDue, ['e'], [due('e', null)]))).toBe('abce');
});

test('what comes after all that is shown comes with its page, if there is one', () => {
  const newest = { sort: 'updated_at', order: 'desc' } as const;
  const at = (id: string, hour: string) => example({ id, updated_at: `2026-11-21T${hour}:00:00Z` });
  const list = { items: [at('a', '12'), at('b', '10')], next: 'more' };
  expect(ids(withFound(list, newest, ['c', 'd'], [at('c', '13'), at('d', '09')]))).toBe('cab');
  expect(ids(withFound({ ...list, next: null }, newest, ['d'], [at('d', '09')]))).toBe('abd');
});

test('of a list that somebody looks at only what has changed is asked for', async () => {
  const data = createData(null);
  const listing = new Listing<ReturnType<typeof example>>(async () => ({ items: listed, next_cursor: null }));
  await listing.refresh();
  server.items = [due('b', '2026-11-20T08:00:00Z', { version: 2 })];
  const heard = (id: string, seq: number) => ({
    type: 'task.updated', data: { event_id: `e${seq}`, seq, task_id: id, version: 2, changed: [] },
  });
  await followTasks(data, listing, { ...byDue, q: 'water' }, [heard('b', 1), heard('b', 2), heard('c', 3)]);
  expect(server.asked).toEqual([{ sort: 'due', order: 'asc', q: 'water', id: ['b', 'c'], limit: 50 }]);
  expect(ids(listing.value ?? { items: [] })).toBe('ba');
  expect(knownTasks(data).byId.get('b')?.version).toBe(2);
});
