import { etag, MERGE_PATCH, read, written, type Api, type Due, type Schemas, type Task, type Written } from '@/lib/api';
import { messageOf, Stale } from '@/lib/api/errors';
import { knownTasks, putTasks, type Data } from '@/lib/data';
import { randomId } from '@/lib/id';
import { errorMessages } from '@/lib/messages/errors';
import { dropTask } from '@/lib/tasks/drop';
import { byIds, giveId, partKey } from '@/lib/tasks/given-ids';
import type { OwnVersions } from '@/lib/tasks/own-versions';
import {
  beginningOf,
  isDone,
  MOST_AT_ONCE,
  patchOf,
  stillFits,
  type BatchWrite,
  type Creation,
  type SeriesWrite,
  type SingleWrite,
  type TaskUpdate,
  type TaskWrite,
  type VersionedWrite,
} from '@/lib/tasks/write';

/** Somebody else has changed the very same field meanwhile. */
export class Conflicted extends Error {
  override name = 'Conflicted';

  constructor(readonly write: VersionedWrite, readonly current: Task) {
    super('The same field was changed elsewhere');
  }
}

export type Sender = { api: Api; data: Data; own: OwnVersions };

/** What came of a write. */
export type Sent = {
  data: Task | null;
  /** By what it can be undone, the oldest first. */
  changeSetIds: readonly string[];
  /** What came of each, if it was about several tasks. */
  several?: Several;
};

type Several = {
  /** How many are as they were asked to be. */
  done: number;
  /** Why others stay as they are. */
  refused: readonly string[];
  /** Those of which somebody else has changed the very same meanwhile. */
  disputed: readonly Conflicted[];
};

/** Does what was asked for, and takes in what came of it. */
export async function sendWrite(sender: Sender, asked: TaskWrite): Promise<Sent> {
  const write = byIds(asked);
  if (write.kind === 'batch') return batch(sender, write);
  const due = write.kind === 'series' ? beginningOf(write) : null;
  if (write.kind === 'series' && due) return begin(sender, write, due);
  const { data, changeSetId } = await one(sender, write);
  const ofParts = data && write.kind === 'create' ? await addParts(sender, write, data.id) : [];
  return { data, changeSetIds: [changeSetId, ...ofParts].filter((id) => id !== null) };
}

/** A copy has its parts as soon as it is there. */
async function addParts({ api, data }: Sender, { key, parts = [] }: Creation, whole: string): Promise<(string | null)[]> {
  const changeSetIds: (string | null)[] = [];
  for (let start = 0; start < parts.length; start += MOST_AT_ONCE) {
    const some = parts.slice(start, start + MOST_AT_ONCE);
    const operations = some.map((part) => ({ op: 'create' as const, task: { ...part, parent_id: whole } }));
    const params = { header: { 'Idempotency-Key': `${key}-parts-${start}` } };
    const answer = await written(api.POST('/tasks/batch', { body: { operations, atomic: true }, params }));
    const saved = answer.data.results.flatMap((result) => ('task' in result ? [result.task] : []));
    for (const [index, part] of saved.entries()) giveId(partKey(key, start + index), part);
    putTasks(data, saved);
    changeSetIds.push(answer.changeSetId);
  }
  return changeSetIds;
}

async function one(sender: Sender, write: Exclude<TaskWrite, BatchWrite>): Promise<Written<Task | null>> {
  const answer = await request(sender, write);
  if (answer.data) {
    noteOwn(sender, write, answer.data);
    putTasks(sender.data, [answer.data]);
  }
  return answer;
}

/** A series counts from its due, so the task is given that first. It is one deed: both versions of all of it are shown. */
async function begin(sender: Sender, write: SeriesWrite, due: Due): Promise<Sent> {
  const { key, id, version, before } = write;
  const dated: TaskUpdate = { key: `${key}-due`, kind: 'update', id, version, fields: { due }, before: { due: before.due ?? null } };
  const first = await one(sender, dated).catch((error: unknown) => {
    throw error instanceof Conflicted ? new Conflicted(write, error.current) : error;
  });
  const second = await one(sender, { ...write, before: { ...before, due } });
  return { data: second.data, changeSetIds: [first.changeSetId, second.changeSetId].filter((each) => each !== null) };
}

async function request(sender: Sender, write: Exclude<TaskWrite, BatchWrite>): Promise<Written<Task | null>> {
  const { api } = sender;
  const header = { 'Idempotency-Key': write.key };
  switch (write.kind) {
    case 'create':
      return written(api.POST('/tasks', { body: write.task, params: { header } }));
    case 'update':
      return againstSeen(sender, write, (params) => patch(api, write, params));
    case 'complete': {
      const params = { path: { id: write.id }, header };
      return written(api.PATCH('/tasks/{id}/complete', { body: { completed: write.completed }, params }));
    }
    case 'delete':
      return deleted(sender, write.id, header);
    case 'series':
      return againstSeen(sender, write, (params) => ofSeries(api, write, params));
  }
}

/** Each for itself: what somebody else has changed meanwhile holds up nothing else. */
async function batch(sender: Sender, { writes, key }: BatchWrite): Promise<Sent> {
  const first = await askTogether(sender, writes, key);
  const { same, others, disputed, gone } = await compare(sender, first.stale);
  // Others did something else to them: once more, against what is there now.
  const second = others.length > 0 ? await askTogether(sender, others, randomId()).catch(failed(others)) : NOTHING;
  const late = second.stale.map(() => errorMessages.stale);
  return {
    data: null,
    changeSetIds: [first.changeSetId, second.changeSetId].filter((id) => id !== null),
    several: {
      done: first.done + same + second.done,
      refused: [...first.refused, ...gone, ...second.refused, ...late],
      disputed,
    },
  };
}

/** Precondition Failed. */
const STALE = 412;

/** What came of one request about several tasks. */
type Together = { done: number; stale: readonly TaskUpdate[]; refused: readonly string[]; changeSetId: string | null };

const NOTHING: Together = { done: 0, stale: [], refused: [], changeSetId: null };

/** What was done by then stays done, and is told. */
const failed = (writes: readonly TaskUpdate[]) => (error: unknown): Together => ({
  ...NOTHING,
  refused: writes.map(() => messageOf(error)),
});

async function askTogether({ api, data, own }: Sender, writes: readonly SingleWrite[], key: string): Promise<Together> {
  const operations = writes.map((write) => operation(own, write));
  const params = { header: { 'Idempotency-Key': key } };
  const answer = await written(api.POST('/tasks/batch', { body: { operations, atomic: false }, params }));
  const { results } = answer.data;
  const done = results.flatMap((result) => ('task' in result ? [result.task] : []));
  putTasks(data, done);
  const isStale = (index: number) => results[index]?.status === STALE;
  return {
    done: done.length,
    stale: writes.flatMap((write, index) => (write.kind === 'update' && isStale(index) ? [write] : [])),
    refused: results.flatMap((result) => ('error' in result && result.status !== STALE ? [result.error.detail] : [])),
    changeSetId: done.length > 0 ? answer.changeSetId : null,
  };
}

/** Tasks that have changed since they were seen: what is to become of each. */
type Compared = {
  /** How many somebody else has made the same of. */
  same: number;
  others: TaskUpdate[];
  disputed: Conflicted[];
  /** Why they cannot be compared. */
  gone: string[];
};

async function compare({ api, data }: Sender, stale: readonly TaskUpdate[]): Promise<Compared> {
  const compared: Compared = { same: 0, others: [], disputed: [], gone: [] };
  for (const write of stale) {
    try {
      const current = await readTask(api, write.id);
      putTasks(data, [current]);
      if (isDone(write, current)) compared.same += 1;
      else if (stillFits(write, current)) compared.others.push({ ...write, version: current.version });
      else compared.disputed.push(new Conflicted(write, current));
    } catch (error) {
      compared.gone.push(messageOf(error));
    }
  }
  return compared;
}

function readTask(api: Api, id: string): Promise<Task> {
  return read(api.GET('/tasks/{id}', { params: { path: { id } } }));
}

function operation(own: OwnVersions, write: SingleWrite): Schemas['Operation'] {
  switch (write.kind) {
    case 'update':
      return { op: 'update', id: write.id, patch: patchOf(write), if_version: own.after(write.id, write.version) };
    case 'complete':
      return { op: 'complete', id: write.id, completed: write.completed };
    case 'delete':
      return { op: 'delete', id: write.id };
  }
}

/** Which task, and which version of it a request is against. */
type VersionedParams = { path: { id: string }; header: { 'If-Match': string; 'Idempotency-Key': string } };

/** Against the version that the person saw; what others did to other fields is no conflict. */
async function againstSeen(
  { api, data, own }: Sender,
  write: VersionedWrite,
  send: (params: VersionedParams) => Promise<Written<Task>>,
): Promise<Written<Task>> {
  const sendTo = async (version: number, key: string) => {
    const answer = await send({ path: { id: write.id }, header: { 'If-Match': etag(version), 'Idempotency-Key': key } });
    own.moved(write.id, version, answer.data.version);
    return answer;
  };
  try {
    return await sendTo(own.after(write.id, write.version), write.key);
  } catch (error) {
    if (!(error instanceof Stale)) throw error;
    const current = await readTask(api, write.id);
    putTasks(data, [current]);
    if (isDone(write, current)) return { data: current, changeSetId: null };
    if (!stillFits(write, current)) throw new Conflicted(write, current);
    // Another request, so another key: the first one's belongs to its refusal.
    return sendTo(current.version, `${write.key}-${current.version}`);
  }
}

function patch(api: Api, write: TaskUpdate, params: VersionedParams): Promise<Written<Task>> {
  return written<Task>(api.PATCH('/tasks/{id}', { headers: MERGE_PATCH, body: patchOf(write), params }));
}

function ofSeries(api: Api, { to }: SeriesWrite, params: VersionedParams): Promise<Written<Task>> {
  switch (to) {
    case 'skipped':
      return written<Task>(api.POST('/tasks/{id}/recurrence/skip', { params }));
    case 'never':
      return written<Task>(api.DELETE('/tasks/{id}/recurrence', { params }));
    default:
      return written<Task>(api.POST('/tasks/{id}/recurrence', { params, body: to }));
  }
}

async function deleted(
  { api, data }: Sender,
  id: string,
  header: { 'Idempotency-Key': string },
): Promise<Written<null>> {
  const { changeSetId } = await written(api.DELETE('/tasks/{id}', { params: { path: { id }, header } }));
  const { byId } = knownTasks(data);
  for (const task of byId.values()) {
    if (task.id === id || task.parent_id === id) dropTask(data, task.id, task.version + 1);
  }
  return { data: null, changeSetId };
}

/** A completion names no version; it was ours alone if it moved the known one by one. */
function noteOwn({ data, own }: Sender, write: TaskWrite, after: Task): void {
  if (write.kind === 'create') giveId(write.key, after);
  if (write.kind !== 'complete') return;
  const before = knownTasks(data).byId.get(write.id)?.version;
  if (before !== undefined && after.version === before + 1) own.moved(write.id, before, after.version);
}
