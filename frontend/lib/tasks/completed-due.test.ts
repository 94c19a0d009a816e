import { beforeEach, expect, test, vi } from 'vitest';
import { createData, knownTasks } from '@/lib/data';
import { readCompletedDue } from '@/lib/tasks/completed-due';
import { example } from '@/lib/tasks/example';

type Query = { cursor?: string; due_after?: string };

const server = vi.hoisted(() => ({ pages: 0, asked: [] as Query[] }));

/** Pages of one task each. */
vi.mock('@/lib/api/client', () => ({
  pageApi: {
    GET: async (_: string, { params: { query } }: { params: { query: Query } }) => {
      server.asked.push(query);
      const page = Number(query.cursor ?? 1);
      const next_cursor = page < server.pages ? String(page + 1) : null;
      return { data: { items: [example({ id: `done ${page}`, completed: true })], next_cursor } };
    },
  },
}));

beforeEach(() => void server.asked.splice(0));

const due = { after: '2026-11-01T00:00:00Z', before: '2026-12-01T00:00:00Z' };

test('everything that was done in a time becomes known', async () => {
  const data = createData(null);
  server.pages = 3;
  expect(await readCompletedDue(data, due)).toEqual({ isCut: false });
  expect([...knownTasks(data).byId.keys()]).toEqual(['done 1', 'done 2', 'done 3']);
  expect(server.asked.map(({ cursor, due_after }) => [cursor, due_after])).toEqual([
    [undefined, due.after], ['2', due.after], ['3', due.after],
  ]);
});

test('of very much it is said that there is more', async () => {
  server.pages = 30;
  expect(await readCompletedDue(createData(null), due)).toEqual({ isCut: true });
  expect(server.asked).toHaveLength(10);
});
