import { expect, test } from 'vitest';
import type { Api, Schemas, Task } from '@/lib/api';
import { Stale } from '@/lib/api/errors';
import { createData, knownTasks } from '@/lib/data';
import { example } from '@/lib/tasks/example';
import { idOf, partKey } from '@/lib/tasks/given-ids';
import { OwnVersions } from '@/lib/tasks/own-versions';
import { sendWrite, type Sender } from '@/lib/tasks/send';
import { completion, creation, disputed, ofSeries, together, update } from '@/lib/tasks/write';

type Asked = { path: string; options: { body?: unknown; params: { path?: { id: string }; header: Record<string, string> } } };

/** A server that answers with the task as it says it is now. */
function server(task: () => Task) {
  const asked: Asked[] = [];
  const answer = async (path: string, options: Asked['options']) => {
    asked.push({ path, options });
    return { data: task(), response: new Response(null, { headers: { 'x-change-set-id': 'c' } }) };
  };
  const api = { POST: answer, PATCH: answer } as unknown as Api;
  const sender: Sender = { api, data: createData(null), own: new OwnVersions() };
  return { asked, sender };
}

test('a task that is not saved yet is changed by the id that it is given, and against what it is then', async () => {
  let version = 3;
  const { asked, sender } = server(() => example({ id: 'given', version: version++ }));
  const write = creation({ title: 'Water the plants' });
  const draft = example({ id: write.key, version: 0 });
  // Asked for one after the other, before the first is answered.
  const change = update(draft, { priority: 'high' })!;
  const done = completion(draft.id, true);
  const part = creation({ title: 'part', parent_id: draft.id });

  await sendWrite(sender, write);
  await sendWrite(sender, change);
  await sendWrite(sender, done);
  await sendWrite(sender, part);
  const [, changed, completed, added] = asked.map(({ options }) => options);
  expect(changed?.params).toMatchObject({ path: { id: 'given' }, header: { 'If-Match': '"3"' } });
  expect(completed?.params.path).toEqual({ id: 'given' });
  expect(added?.body).toMatchObject({ parent_id: 'given' });
  expect([...knownTasks(sender.data).byId.keys()]).toEqual(['given']);
});

test('a copy is made first and then its parts, and both can be taken back', async () => {
  const asked: [string, unknown][] = [];
  const api = {
    POST: async (path: string, { body }: { body: unknown }) => {
      asked.push([path, body]);
      const part = example({ id: 'part', parent_id: 'copy' });
      const data = path === '/tasks' ? example({ id: 'copy' }) : { results: [{ status: 201, task: part }] };
      return { data, response: new Response(null, { headers: { 'x-change-set-id': path } }) };
    },
  } as unknown as Api;
  const data = createData(null);
  const copy = { key: 'k', kind: 'create', task: { title: 'whole' }, parts: [{ title: 'part' }] } as const;
  const { changeSetIds } = await sendWrite({ api, data, own: new OwnVersions() }, copy);
  expect(asked).toEqual([
    ['/tasks', { title: 'whole' }],
    ['/tasks/batch', { atomic: true, operations: [{ op: 'create', task: { title: 'part', parent_id: 'copy' } }] }],
  ]);
  expect(changeSetIds).toEqual(['/tasks', '/tasks/batch']);
  expect([...knownTasks(data).byId.keys()]).toEqual(['copy', 'part']);
  // What was asked of a part meanwhile is about what was saved.
  expect(idOf(partKey('k', 0))).toBe('part');
});

const weekly = (rule = 'FREQ=WEEKLY'): Task['recurrence'] => ({
  series_id: 's', rule, mode: 'from_due', open: 'keep_one', catch_up: 'latest', start: '2026-11-30', occurrence: '2026-11-30', number: 1,
});
const seen = example({ title: 'before', due: { kind: 'date', date: '2026-11-30' }, recurrence: weekly(), version: 1 });

/** A server where somebody else has made this of the task that was seen. */
function changedServer(changes: Partial<Task>) {
  const current = { ...seen, ...changes, version: 2 };
  const asked: Asked[] = [];
  const write = async (path: string, options: Asked['options']) => {
    asked.push({ path, options });
    if (options.params.header['If-Match'] !== '"2"') throw new Stale({ status: 412, code: 'stale', detail: 'd' }, null);
    return { data: { ...current, version: 3 }, response: new Response(null, { headers: { 'x-change-set-id': 'c' } }) };
  };
  const api = { GET: async () => ({ data: current }), POST: write, PATCH: write, DELETE: write } as unknown as Api;
  const sender: Sender = { api, data: createData(null), own: new OwnVersions() };
  return { asked, sender, current };
}

const daily = ofSeries(seen, { rule: 'FREQ=DAILY' }, { recurrence: weekly('FREQ=DAILY') });
const skipped = ofSeries(seen, 'skipped', { due: { kind: 'date', date: '2026-12-07' }, due_at: null });

test.each([update(seen, { priority: 'high' })!, daily, skipped])(
  'what others did to other fields is no conflict: it is asked for once more, against what is there now',
  async (write) => {
    const { asked, sender } = changedServer({ title: 'theirs' });
    expect((await sendWrite(sender, write)).changeSetIds).toEqual(['c']);
    expect(asked.map(({ options }) => options.params.header['If-Match'])).toEqual(['"1"', '"2"']);
    expect(new Set(asked.map(({ options }) => options.params.header['Idempotency-Key'])).size).toBe(2);
  },
);

test('a reminder that was snoozed meanwhile can be removed', async () => {
  const reminder = { id: 'r', when: { kind: 'before' as const, minutes: 30 } };
  const { asked, sender } = changedServer({ reminders: [{ ...reminder, snoozed_until: '2026-11-30T12:00:00Z' }] });
  await sendWrite(sender, update({ ...seen, reminders: [reminder] }, { reminders: [] })!);
  expect(asked.map(({ options }) => options.params.header['If-Match'])).toEqual(['"1"', '"2"']);
});

test('who changes how a task repeats while somebody else does is shown both', async () => {
  const { sender, current } = changedServer({ recurrence: weekly('FREQ=MONTHLY') });
  await expect(sendWrite(sender, daily)).rejects.toMatchObject({ name: 'Conflicted', write: daily, current });
  const { names, mine } = disputed(daily, current);
  expect([names, mine.recurrence?.rule]).toEqual([['recurrence'], 'FREQ=DAILY']);
});

test('who leaves out an occurrence that has moved meanwhile is shown both', async () => {
  const { sender, current } = changedServer({ due: { kind: 'date', date: '2026-12-02' } });
  await expect(sendWrite(sender, skipped)).rejects.toMatchObject({ name: 'Conflicted' });
  expect(disputed(skipped, current)).toMatchObject({ names: ['due'], mine: { due: { date: '2026-12-07' } } });
});

const today: Task['due'] = { kind: 'date', date: '2026-11-30' };
const undated = { ...seen, due: null, recurrence: null };
const fromToday = ofSeries(undated, { rule: 'FREQ=WEEKLY' }, { due: today, due_at: null, recurrence: weekly() });

test('a task without a date is given the one with which its series begins, and both are taken back as one', async () => {
  let version = 1;
  const { asked, sender } = server(() => ({ ...undated, due: today, version: (version += 1) }));
  const { changeSetIds } = await sendWrite(sender, fromToday);
  expect(asked.map(({ path, options }) => [path, options.body, options.params.header['If-Match']])).toEqual([
    ['/tasks/{id}', { due: today }, '"1"'],
    ['/tasks/{id}/recurrence', { rule: 'FREQ=WEEKLY' }, '"2"'],
  ]);
  expect(changeSetIds).toEqual(['c', 'c']);
});

test('who gives a task a date and a rule while somebody else gives it a date is shown both of both', async () => {
  const { sender, current } = changedServer({ due: { kind: 'date', date: '2026-12-24' }, recurrence: null });
  await expect(sendWrite(sender, fromToday)).rejects.toMatchObject({ name: 'Conflicted', write: { kind: 'series' } });
  expect(disputed(fromToday, current).names).toEqual(['due', 'recurrence']);
});

test('what two people have done alike is done', async () => {
  const { asked, sender } = changedServer({ priority: 'high', recurrence: null });
  for (const write of [update(seen, { priority: 'high' })!, ofSeries(seen, 'never', { recurrence: null })]) {
    expect(await sendWrite(sender, write)).toMatchObject({ changeSetIds: [], data: { version: 2 } });
  }
  expect(asked).toHaveLength(2);
});

/** A server of several tasks, which answers each of a batch against what it is there by now. */
function batchServer(...tasks: Task[]) {
  const current = new Map(tasks.map((task) => [task.id, task]));
  const asked: Schemas['Batch'][] = [];
  const post = async (_: string, { body }: { body: Schemas['Batch'] }) => {
    asked.push(body);
    const results = body.operations.map(({ id, patch, if_version: version }) => {
      const task = current.get(id ?? '');
      if (!task) return { status: 404, error: { status: 404, code: 'not_found', detail: 'Task not found' } };
      if (task.version !== version) return { status: 412, error: { status: 412, code: 'stale_version', detail: 'stale' } };
      const after = { ...task, ...patch, version: task.version + 1 } as unknown as Task;
      current.set(task.id, after);
      return { status: 200, task: after };
    });
    return { data: { results }, response: new Response(null, { headers: { 'x-change-set-id': `c${asked.length}` } }) };
  };
  const get = async (_: string, { params }: { params: { path: { id: string } } }) => ({ data: current.get(params.path.id) });
  const api = { GET: get, POST: post } as unknown as Api;
  const sender: Sender = { api, data: createData(null), own: new OwnVersions() };
  return { asked, sender, current };
}

const four = ['a', 'b', 'c', 'd'].map((id) => example({ id, version: 1 }));
const allHigh = together(four, () => ({ priority: 'high' }))!;

test('of several tasks those are disputed of which somebody else has changed the same', async () => {
  const [a, b, c, d] = four as [Task, Task, Task, Task];
  const { asked, sender, current } = batchServer(
    a,
    { ...b, title: 'theirs', version: 2 },
    { ...c, priority: 'low', version: 2 },
    { ...d, priority: 'high', version: 2 },
  );
  const { changeSetIds, several } = await sendWrite(sender, allHigh);
  expect(several).toMatchObject({ done: 3, refused: [], disputed: [{ write: { id: 'c' }, current: { priority: 'low' } }] });
  // What others did to another field is kept, and ours is asked for once more.
  expect(asked.map(({ operations }) => operations.map(({ id, if_version: version }) => [id, version]))).toEqual([
    [['a', 1], ['b', 1], ['c', 1], ['d', 1]],
    [['b', 2]],
  ]);
  expect(current.get('b')).toMatchObject({ title: 'theirs', priority: 'high' });
  expect(current.get('c')).toMatchObject({ priority: 'low' });
  expect(changeSetIds).toEqual(['c1', 'c2']);
});

test('why some of several tasks stay as they are is told, and what was done can be undone', async () => {
  const { sender } = batchServer(...four.slice(1));
  const { changeSetIds, several } = await sendWrite(sender, allHigh);
  expect(several).toEqual({ done: 3, refused: ['Task not found'], disputed: [] });
  expect(changeSetIds).toEqual(['c1']);
});
