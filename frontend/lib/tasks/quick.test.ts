import { beforeEach, expect, test, vi } from 'vitest';
import type { Schemas } from '@/lib/api';
import { NetworkError } from '@/lib/api/errors';
import { createData } from '@/lib/data';
import { example } from '@/lib/tasks/example';
import { creation, type TaskWrite } from '@/lib/tasks/write';
import { writeTask } from '@/lib/tasks/writer';

type Options = { body: Partial<Schemas['QuickText'] & Schemas['NewTask']>; params: { header: Record<string, string> } };

/** What the server was asked, and how often nobody will know what became of it. */
const server = vi.hoisted(() => ({ asked: [] as unknown[][], lost: 0, meanwhile: () => {} }));

vi.mock('@/lib/api/client', () => ({
  pageApi: {
    POST: async (path: string, { body, params }: Options) => {
      server.asked.push([path, structuredClone(body), params.header['Idempotency-Key']]);
      // "In 2 hours" is another time whenever it is asked for.
      const due = { kind: 'floating', local: `2026-11-30T12:00:0${server.asked.length}` };
      const understood = { title: 'Call mum', due, tags: [], reminders: [], spans: [] };
      if (path === '/tasks/quick') return { data: { understood, project_id: null, task: null } };
      server.meanwhile();
      if (server.lost > 0) {
        server.lost -= 1;
        throw new NetworkError(!navigator.onLine);
      }
      return { data: example({ title: 'Call mum' }), response: new Response(null) };
    },
  },
}));

const network = new EventTarget();
vi.stubGlobal('navigator', { onLine: true });
vi.stubGlobal('window', network);

beforeEach(() => {
  Object.assign(server, { asked: [], lost: 0, meanwhile: () => {} });
  Object.assign(navigator, { onLine: true });
});

const line = () => creation({ title: 'Call mum in 2 hours' }, 'Call mum in 2 hours');
const asked = (path: string) => server.asked.filter(([where]) => where === path);

test('what a line means is found out once, and is kept in the write from then on', async () => {
  const data = createData(null);
  const write = line();
  let pending: readonly TaskWrite[] = [];
  Object.assign(server, {
    lost: 1,
    meanwhile: () => {
      pending = data.writes.pending.get();
      Object.assign(navigator, { onLine: false });
    },
  });
  const done = writeTask(data, write, {});
  await vi.waitFor(() => expect(asked('/tasks')).toHaveLength(1));
  expect(pending).toMatchObject([{ key: write.key, task: { title: 'Call mum', due: { kind: 'floating' } } }]);
  expect(pending[0]).not.toHaveProperty('text');
  server.meanwhile = () => {};
  Object.assign(navigator, { onLine: true });
  // It waits for the network by the time that it has failed.
  await vi.waitFor(() => {
    network.dispatchEvent(new Event('online'));
    expect(asked('/tasks')).toHaveLength(2);
  });
  expect(await done).toMatchObject({ ok: true });
  const [first, second] = asked('/tasks');
  expect(second).toEqual(first);
  expect(asked('/tasks/quick')).toHaveLength(1);
  expect(data.writes.pending.get()).toEqual([]);
});

test('what may have arrived is asked for again as the very same, with the same key', async () => {
  server.lost = 1;
  const outcome = await writeTask(createData(null), line(), { isQuiet: true });
  expect(outcome).toMatchObject({ ok: false, message: expect.stringMatching('can’t be reached') });
  expect(outcome.ok ? null : await outcome.again?.()).toMatchObject({ ok: true });
  const [first, second] = asked('/tasks');
  expect(second).toEqual(first);
});

test.each([
  [180_000, true],
  [1_000, false],
])('a line that has waited for %i ms says when it was typed: %s', async (milliseconds, isSaid) => {
  const typedAt = new Date(Date.now() - milliseconds).toISOString();
  await writeTask(createData(null), { ...line(), typedAt } as TaskWrite, {});
  const body = asked('/tasks/quick')[0]?.[1];
  expect(body).toEqual({ text: 'Call mum in 2 hours', preview: true, typed_at: isSaid ? typedAt : undefined });
});
