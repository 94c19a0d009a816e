import { beforeEach, expect, test, vi } from 'vitest';
import { announcement, answerUnsaved, unsaved } from '@/lib/announce';
import type { Schemas } from '@/lib/api';
import { Invalid, Stale, Unavailable } from '@/lib/api/errors';
import { openConflict } from '@/lib/conflict';
import { createData, putTasks } from '@/lib/data';
import { example } from '@/lib/tasks/example';
import { together, update } from '@/lib/tasks/write';
import { writeTask } from '@/lib/tasks/writer';

const task = example({ id: 'a', title: 'before' });
const invalid = new Invalid({ status: 422, code: 'invalid', detail: 'The title must not be blank', field: 'title' }, null);

const server = vi.hoisted(() => ({ refusal: null as Error | null, results: [] as unknown[], keys: [] as unknown[] }));

vi.mock('@/lib/api/client', () => {
  const answer = (data: unknown) => ({ data, response: new Response(null, { headers: { 'x-change-set-id': 'c' } }) });
  return {
    pageApi: {
      GET: async () => ({ data: { ...task, title: 'theirs', version: 2 } }),
      PATCH: async (_: string, { params }: { params: { header: Record<string, string> } }) => {
        server.keys.push(params.header['Idempotency-Key']);
        throw server.refusal;
      },
      POST: async () => answer({ results: server.results }),
    },
  };
});
vi.stubGlobal('navigator', { onLine: true });

function page() {
  const data = createData(null);
  putTasks(data, [task]);
  return data;
}

beforeEach(() => {
  announcement.set(null);
  answerUnsaved(unsaved.get());
  openConflict.set(null);
});

const retitled = () => update(task, { title: '\u200b' })!;

test('what is wrong with what was typed is told there, and nowhere else', async () => {
  server.refusal = invalid;
  const told: unknown[] = [];
  const outcome = await writeTask(page(), retitled(), { atField: (problem) => told.push(problem.field) > 0 });
  expect(outcome).toMatchObject({ ok: false, isRefused: true });
  expect(told).toEqual(['title']);
  expect(announcement.get()).toBeNull();
});

test('where there is no field any more it is told in passing', async () => {
  server.refusal = invalid;
  await writeTask(page(), retitled(), { atField: () => false });
  expect(announcement.get()).toMatchObject({ tone: 'problem', text: 'The title must not be blank' });
});

test('who changes what somebody else has changed is asked which stays, and not told that it failed', async () => {
  server.refusal = new Stale({ status: 412, code: 'stale_version', detail: 'd' }, null);
  await writeTask(page(), retitled(), {});
  await vi.waitFor(() => expect(openConflict.get()?.disputes).toMatchObject([{ title: 'theirs' }]));
  expect(announcement.get()).toBeNull();
});

test('what could not be saved stands until it is answered, all of it, and is tried again as the same deed', async () => {
  server.refusal = new Unavailable({ status: 503, code: 'unavailable', detail: 'd' }, null, 60);
  server.keys = [];
  const data = page();
  const [one, other] = [retitled(), retitled()];
  await writeTask(data, one, {});
  await writeTask(data, other, {});
  expect(unsaved.get()).toMatchObject([{ text: expect.stringMatching('busy or restarting') }, {}]);
  const [first] = unsaved.get();
  answerUnsaved([first!]);
  expect(unsaved.get()).toHaveLength(1);
  first!.retry();
  await vi.waitFor(() => expect(unsaved.get()).toHaveLength(2));
  expect(server.keys).toEqual([one.key, other.key, one.key]);
});

test('of several tasks the way back is offered also where some stay as they are', async () => {
  const error: Partial<Schemas['Problem']> = { status: 404, code: 'not_found', detail: 'Task not found' };
  server.results = [{ status: 200, task: { ...task, priority: 'high', version: 2 } }, { status: 404, error }];
  const tasks = [task, example({ id: 'b' })];
  await writeTask(page(), together(tasks, () => ({ priority: 'high' }))!, {});
  expect(announcement.get()).toMatchObject({
    tone: 'problem', text: 'Couldn’t change 1 task: Task not found', action: { label: 'Undo' },
  });
  server.results = tasks.map((each) => ({ status: 200, task: { ...each, priority: 'high', version: 2 } }));
  await writeTask(page(), together(tasks, () => ({ priority: 'high' }))!, {});
  expect(announcement.get()).toMatchObject({ tone: 'done', text: '2 tasks changed', action: { label: 'Undo' } });
});
