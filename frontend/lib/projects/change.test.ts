import { beforeEach, expect, test, vi } from 'vitest';
import { announcement } from '@/lib/announce';
import type { Project } from '@/lib/api';
import { Invalid, Stale } from '@/lib/api/errors';
import { openConflict } from '@/lib/conflict';
import { createData } from '@/lib/data';
import { addProject, changeProject, removeProject } from '@/lib/projects/change';

type Options = { body?: Partial<Project>; params: { header: Record<string, string> } };

const garden: Project = {
  id: 'p', name: 'Garden', color: '#0f8b7d', position: 1, created_at: '2026-11-20T08:00:00Z', updated_at: '2026-11-20T08:00:00Z', version: 1,
};

/** What the server has, and what it was asked. */
const server = vi.hoisted(() => ({ project: null as unknown, asked: [] as unknown[], refusal: null as Error | null }));

vi.mock('@/lib/api/client', () => {
  const project = () => server.project as Project;
  const answer = (data: unknown) => ({ data, response: new Response(null, { headers: { 'x-change-set-id': 'c' } }) });
  return {
    pageApi: {
      GET: async (path: string) => ({ data: path === '/projects' ? { items: server.project ? [project()] : [] } : project() }),
      PATCH: async (_: string, { body, params }: Options) => {
        server.asked.push([body, params.header['If-Match']]);
        if (server.refusal) throw server.refusal;
        if (params.header['If-Match'] !== `"${project().version}"`) throw stale();
        server.project = { ...project(), ...body, version: project().version + 1 };
        return answer(server.project);
      },
      POST: async (_: string, { body, params }: Options) => {
        server.asked.push([body, params.header['Idempotency-Key']]);
        server.project = { ...garden, ...body };
        return answer(server.project);
      },
      DELETE: async () => {
        if (server.refusal) throw server.refusal;
        server.project = null;
        return answer(undefined);
      },
    },
  };
});

const stale = () => new Stale({ status: 412, code: 'stale_version', detail: 'd' }, null);
const names = (data: ReturnType<typeof open>) => data.projects.value?.map(({ name }) => name);

function open() {
  return createData({ cursor: 0, tasks: [], next: null, projects: [garden], tags: [], profile: null! });
}

beforeEach(() => {
  Object.assign(server, { project: garden, refusal: null });
  server.asked.splice(0);
  openConflict.set(null);
  announcement.set(null);
});

test('a new name is shown at once, sent alone, and can be taken back', async () => {
  const data = open();
  const done = changeProject(data, garden, { name: 'Yard', color: garden.color! });
  expect(names(data)).toEqual(['Yard']);
  await done;
  expect(server.asked).toEqual([[{ name: 'Yard' }, '"1"']]);
  expect(announcement.get()).toMatchObject({ text: 'Project changed', action: { label: 'Undo' } });
  await changeProject(data, garden, { name: 'Garden', color: garden.color! });
  expect(server.asked).toHaveLength(1);
});

test('a name that is refused is gone from the screen, and the caller knows why', async () => {
  server.refusal = new Invalid({ status: 422, code: 'invalid', detail: 'The name must not be blank', field: 'name' }, null);
  const data = open();
  const done = changeProject(data, garden, { name: '\u200b', color: null });
  await expect(done).rejects.toMatchObject({ field: 'name' });
  expect(names(data)).toEqual(['Garden']);
});

test('what others did to other fields stays', async () => {
  server.project = { ...garden, color: '#3b7dd8', version: 2 };
  await changeProject(open(), garden, { name: 'Yard', color: garden.color! });
  expect(server.project).toMatchObject({ name: 'Yard', color: '#3b7dd8', version: 3 });
  expect(openConflict.get()).toBeNull();
});

test('who changes the same field while somebody else does is shown both, and ours can stay', async () => {
  server.project = { ...garden, name: 'Park', version: 2 };
  const data = open();
  await changeProject(data, garden, { name: 'Yard', color: '#3b7dd8' });
  // Of two imports at a time, Vitest gives the second the module that is not mocked.
  await data.projects.refresh();
  expect(openConflict.get()?.disputes).toEqual([
    {
      title: 'Park',
      fields: [
        { name: 'Name', mine: 'Yard', theirs: 'Park' },
        { name: 'Colour', mine: 'Blue', theirs: 'Teal' },
      ],
    },
  ]);
  expect(announcement.get()).toBeNull();
  openConflict.get()?.keepMine();
  await vi.waitFor(() => expect(server.project).toMatchObject({ name: 'Yard', color: '#3b7dd8', version: 3 }));
});

test('what two people have done alike is done', async () => {
  server.project = { ...garden, name: 'Yard', version: 2 };
  await changeProject(open(), garden, { name: 'Yard', color: garden.color! });
  expect(openConflict.get()).toBeNull();
  expect(server.asked).toHaveLength(1);
});

test('a project that cannot be deleted is there again', async () => {
  server.refusal = stale();
  const data = open();
  const done = removeProject(data, garden);
  expect(names(data)).toEqual([]);
  await expect(done).rejects.toBe(server.refusal);
  expect(names(data)).toEqual(['Garden']);
});

test('a project is added under its key, is known then, and can be taken back', async () => {
  server.project = null;
  const data = open();
  const { name } = await addProject(data, { name: 'Yard', color: null }, 'a key');
  expect(name).toBe('Yard');
  expect(server.asked).toEqual([[{ name: 'Yard', color: null }, 'a key']]);
  expect(names(data)).toEqual(['Yard']);
  expect(announcement.get()).toMatchObject({ text: 'Project added', action: { label: 'Undo' } });
});
