import { expect, test } from 'vitest';
import type { Api, Task } from '@/lib/api';
import { createData, knownTasks } from '@/lib/data';
import { example } from '@/lib/tasks/example';
import { OwnVersions } from '@/lib/tasks/own-versions';
import { sendWrite, type Sender } from '@/lib/tasks/send';
import { completion, creation, update } from '@/lib/tasks/write';

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
