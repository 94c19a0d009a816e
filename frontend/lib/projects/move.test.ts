import { expect, test, vi } from 'vitest';
import { announcement } from '@/lib/announce';
import type { Project } from '@/lib/api';
import { createData } from '@/lib/data';
import { moveProject, positionShifted } from '@/lib/projects/move';

const project = (id: string, position: number): Project => ({
  id, name: id, position, created_at: '2026-11-20T08:00:00Z', updated_at: '2026-11-20T08:00:00Z', version: 1,
});
const all = [project('a', 1), project('b', 2), project('c', 3)];

/** What the server has. */
const server = vi.hoisted(() => ({ projects: [] as Project[], refusal: null as Error | null }));

vi.mock('@/lib/api/client', () => ({
  pageApi: {
    GET: async () => ({ data: { items: server.projects } }),
    PATCH: async (_: string, { body, params }: { body: Partial<Project>; params: { path: { id: string } } }) => {
      if (server.refusal) throw server.refusal;
      server.projects = server.projects
        .map((each) => (each.id === params.path.id ? { ...each, ...body } : each))
        .sort((a, b) => a.position - b.position);
      const data = server.projects.find(({ id }) => id === params.path.id);
      return { data, response: new Response(null, { headers: { 'x-change-set-id': 'c' } }) };
    },
  },
}));

function open() {
  server.projects = all;
  return createData({ cursor: 0, tasks: [], next: null, projects: all, tags: [], profile: null! });
}

const ids = (data: ReturnType<typeof open>) => data.projects.value?.map(({ id }) => id);

test.each([
  ['a', -1, null],
  ['b', -1, 0],
  ['c', -1, 1.5],
  ['a', 1, 2.5],
  ['b', 1, 4],
  ['c', 1, null],
  ['x', 1, null],
] as const)('the project %s by %d', (id, by, position) => {
  expect(positionShifted(all, id, by)).toBe(position);
});

test('a project is in its place at once, and can be taken back', async () => {
  server.refusal = null;
  const data = open();
  const done = moveProject(data, all[2]!, 1.5);
  expect(ids(data)).toEqual(['a', 'c', 'b']);
  await done;
  expect(ids(data)).toEqual(['a', 'c', 'b']);
  expect(announcement.get()).toMatchObject({ text: 'Project moved', action: { label: 'Undo' } });
});

test('where that is refused it stands where it was', async () => {
  server.refusal = new Error('no');
  const data = open();
  const done = moveProject(data, all[2]!, 1.5);
  await expect(done).rejects.toBe(server.refusal);
  expect(ids(data)).toEqual(['a', 'b', 'c']);
});
