import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Failed } from '@/lib/api/errors';
import { createData, knownTasks, type Data } from '@/lib/data';
import { EMPTY, withTasks } from '@/lib/tasks/collection';
import { example } from '@/lib/tasks/example';
import { readRest } from '@/lib/tasks/read';

/** Pages by their cursors, each a task and where it goes on; a page that is not there cannot be read. */
const pages = vi.hoisted(() => new Map<string, { id: string; next: string | null }>());

vi.mock('@/lib/api/client', () => ({
  pageApi: {
    GET: async (_: string, { params: { query } }: { params: { query: { cursor: string } } }) => {
      const page = pages.get(query.cursor);
      if (!page) throw new Failed({ status: 500, code: 'c', detail: 'd' }, null, 'Went wrong');
      return { data: { items: [example({ id: page.id })], next_cursor: page.next } };
    },
  },
}));

beforeEach(() => {
  vi.useFakeTimers();
  pages.clear();
});
afterEach(() => void vi.useRealTimers());

/** A page whose first tasks came with it. */
function opened(): Data {
  const data = createData(null);
  data.tasks.set({ ...withTasks(EMPTY, [example({ id: 'first' })]), next: '2' });
  return data;
}

const ids = (data: Data) => [...knownTasks(data).byId.keys()];

const patient = { timeout: 20_000 };

test('a page of the rest that fails is told, and read again until it is there', async () => {
  const data = opened();
  const told = vi.fn<(problem: Error | null) => void>();
  pages.set('2', { id: 'second', next: '3' });
  const reading = readRest(data, new AbortController().signal, told);
  await vi.waitFor(() => expect(told).toHaveBeenLastCalledWith(expect.objectContaining({ message: 'Went wrong' })), patient);
  expect(ids(data)).toEqual(['first', 'second']);
  expect(knownTasks(data).next).toBe('3');
  pages.set('3', { id: 'third', next: null });
  await vi.waitFor(() => expect(ids(data)).toEqual(['first', 'second', 'third']), patient);
  await reading;
  expect(knownTasks(data).next).toBeNull();
  expect(told).toHaveBeenLastCalledWith(null);
});

test('whoever has left asks for nothing more', async () => {
  const data = opened();
  const leaving = new AbortController();
  const reading = readRest(data, leaving.signal, () => leaving.abort());
  await vi.waitFor(() => expect(leaving.signal.aborted).toBe(true), patient);
  await vi.advanceTimersByTimeAsync(60_000);
  await reading;
  expect(vi.getTimerCount()).toBe(0);
  expect(knownTasks(data).next).toBe('2');
});
