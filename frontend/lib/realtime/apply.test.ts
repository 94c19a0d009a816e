import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Api, Project, Tag } from '@/lib/api';
import { Failed, NotFound } from '@/lib/api/errors';
import { createData } from '@/lib/data';
import { applyNotice } from '@/lib/realtime/apply';
import { refreshersOf } from '@/lib/refreshers';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const project = (id: string, name: string, position: number, version = 1): Project => ({
  id, name, color: null, position, created_at: '', updated_at: '', version,
});
const TAGS: Tag[] = [{ name: 'home', color: null }, { name: 'work', color: '#0f8b7d' }];

type Asked = { params: { path?: { id: string }; query?: { after: number } } };

/** A page that knows two projects and two tags, beside a server that answers with what it is given. */
function page() {
  const data = createData({
    cursor: 0, tasks: [], next: null, projects: [project('a', 'A', 1), project('b', 'B', 2)], tags: TAGS, profile: null!,
  });
  const server = { projects: new Map<string, Project>(), events: [] as { seq: number }[], failures: 0 };
  const asked: string[] = [];
  const get = async (path: string, { params }: Asked): Promise<unknown> => {
    asked.push(path.replace('{id}', params.path?.id ?? '').concat(params.query ? `?after=${params.query.after}` : ''));
    const problem = { status: 500, code: 'c', detail: 'd' };
    if (server.failures > 0) {
      server.failures -= 1;
      throw new Failed(problem, null);
    }
    if (path === '/events') {
      const head = server.events.length;
      return { data: { items: server.events.filter(({ seq }) => seq > (params.query?.after ?? 0)), next_after: head, head } };
    }
    const found = server.projects.get(params.path?.id ?? '');
    if (!found) throw new NotFound({ ...problem, status: 404 }, null);
    return { data: found };
  };
  const refreshers = refreshersOf({ GET: get } as unknown as Api, data);
  const hear = async (...notices: [type: string, id: string, seq: number, version: number][]) => {
    for (const [type, task_id, seq, version] of notices) {
      applyNotice(data, refreshers, { type, data: { event_id: `e${seq}`, seq, task_id, version, changed: [] } });
    }
    await vi.advanceTimersByTimeAsync(10);
  };
  return { data, server, asked, hear, names: () => data.projects.value?.map(({ name }) => name) };
}

test('of the projects that one is read which has changed, and stands where it belongs', async () => {
  const { server, asked, hear, names } = page();
  server.projects.set('c', project('c', 'C', 1.5));
  await hear(['project.created', 'c', 1, 1]);
  expect(names()).toEqual(['A', 'C', 'B']);
  server.projects.set('a', project('a', 'Alpha', 3, 2));
  await hear(['project.updated', 'a', 2, 2]);
  expect(names()).toEqual(['C', 'B', 'Alpha']);
  expect(asked).toEqual(['/projects/c', '/projects/a']);
});

test('a project that is gone goes, and what is known of one already is not read', async () => {
  const { asked, hear, names } = page();
  await hear(['project.updated', 'a', 1, 1], ['project.deleted', 'b', 2, 2]);
  expect(names()).toEqual(['A']);
  expect(asked).toEqual([]);
  await hear(['project.updated', 'a', 3, 2]);
  expect(names()).toEqual([]);
});

test('tags follow their events, which are read once for all that come together', async () => {
  const { data, server, asked, hear } = page();
  const event = (seq: number, event_type: string, told: object) => ({ seq, event_type, data: told });
  server.events = [
    event(1, 'tag.created', { name: 'garden' }),
    event(2, 'tag.updated', { name: 'house', changes: { name: { before: 'home', after: 'house' } } }),
    event(3, 'tag.updated', { name: 'garden', changes: { color: { after: '#5f8f3a' } } }),
    event(4, 'tag.deleted', { name: 'work' }),
  ];
  await hear(['tag.created', 't', 1, 1], ['tag.updated', 't', 2, 1]);
  const known = [{ name: 'garden', color: '#5f8f3a' }, { name: 'house', color: null }];
  expect(data.tags.value).toEqual(known);
  // Those that come after them have been read already, and are once more.
  await hear(['tag.updated', 't', 3, 2], ['tag.deleted', 't', 4, 2]);
  expect(data.tags.value).toEqual(known);
  expect(asked).toEqual(['/events?after=0', '/events?after=2']);
});

test('a tag that gets the name of another has become one with it', async () => {
  const { data, server, hear } = page();
  const changes = { name: { before: 'home', after: 'work' }, color: { after: '#0f8b7d' } };
  server.events = [{ seq: 1, event_type: 'tag.updated', data: { name: 'work', changes } } as { seq: number }];
  await hear(['tag.updated', 't', 1, 1]);
  expect(data.tags.value).toEqual([{ name: 'work', color: '#0f8b7d' }]);
});

test('what could not be read is read a little later', async () => {
  const { server, hear, names } = page();
  server.projects.set('a', project('a', 'Alpha', 1, 2));
  server.failures = 1;
  await hear(['project.updated', 'a', 1, 2]);
  expect(names()).toEqual(['A', 'B']);
  await vi.advanceTimersByTimeAsync(2_010);
  expect(names()).toEqual(['Alpha', 'B']);
});
