import { beforeEach, expect, test, vi } from 'vitest';
import { createData, knownTasks } from '@/lib/data';
import { example } from '@/lib/tasks/example';
import { completedPage } from '@/lib/tasks/read-completed';

type Query = { cursor?: string; project_id?: string; tag?: string[] };

const asked = vi.hoisted(() => [] as Query[]);

/** Twelve pages, of which only the third has something of the inbox. */
vi.mock('@/lib/api/client', () => ({
  pageApi: {
    GET: async (_: string, { params: { query } }: { params: { query: Query } }) => {
      asked.push(query);
      const page = Number(query.cursor ?? 1);
      const task = example({ id: `done ${page}`, completed: true, project_id: page === 3 ? null : 'p' });
      return { data: { items: [task], next_cursor: page < 12 ? String(page + 1) : null } };
    },
  },
}));

beforeEach(() => void asked.splice(0));

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
