import { beforeEach, expect, test, vi } from 'vitest';
import { createData, knownTasks } from '@/lib/data';
import { example } from '@/lib/tasks/example';
import { completedPage, readCompletedDue } from '@/lib/tasks/read-completed';

type Query = { cursor?: string; project_id?: string; tag?: string[]; due_after?: string };

const asked = vi.hoisted(() => [] as Query[]);
const pages = vi.hoisted(() => ({ count: 12 }));

/** Twelve pages, of which only the third has something of the inbox. */
vi.mock('@/lib/api/client', () => ({
  pageApi: {
    GET: async (_: string, { params: { query } }: { params: { query: Query } }) => {
      asked.push(query);
      const page = Number(query.cursor ?? 1);
      const task = example({ id: `done ${page}`, completed: true, project_id: page === 3 ? null : 'p' });
      return { data: { items: [task], next_cursor: page < pages.count ? String(page + 1) : null } };
    },
  },
}));

beforeEach(() => {
  asked.splice(0);
  pages.count = 12;
});

test('a page of a project or a tag is asked for as such', async () => {
  const data = createData(null);
  expect(await completedPage(data, { kind: 'project', id: 'p' }, null)).toMatchObject({ items: [{ id: 'done 1' }], next_cursor: '2' });
  await completedPage(data, { kind: 'tag', name: 'home' }, '12');
  expect(asked).toMatchObject([{ status: 'completed', project_id: 'p' }, { tag: ['home'], cursor: '12' }]);
  expect([...knownTasks(data).byId.keys()]).toEqual(['done 1', 'done 12']);
});

test('of the inbox it is read on until there is something, but not for ever', async () => {
  const data = createData(null);
  expect(await completedPage(data, { kind: 'inbox' }, null)).toMatchObject({ items: [{ id: 'done 3' }], next_cursor: '4' });
  expect(await completedPage(data, { kind: 'inbox' }, '4')).toEqual({ items: [], next_cursor: '9' });
  expect(await completedPage(data, { kind: 'inbox' }, '9')).toEqual({ items: [], next_cursor: null });
});

const due = { after: '2026-11-01T00:00:00Z', before: '2026-12-01T00:00:00Z' };

test('of what was due in a time everything becomes known, or it is said that there is more', async () => {
  const data = createData(null);
  expect(await readCompletedDue(data, due)).toEqual({ isCut: true });
  expect(asked.map(({ cursor, due_after }) => [cursor, due_after])).toEqual(
    [undefined, '2', '3', '4', '5', '6', '7', '8', '9', '10'].map((cursor) => [cursor, due.after]),
  );
  expect(knownTasks(data).byId.size).toBe(10);
  pages.count = 2;
  expect(await readCompletedDue(data, due)).toEqual({ isCut: false });
});
