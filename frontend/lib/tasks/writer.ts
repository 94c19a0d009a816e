import { announceProblem, announceUnsaved } from '@/lib/announce';
import { api } from '@/lib/api';
import { ApiError, Invalid, messageOf, NetworkError, NotFound, Refused, Unauthenticated } from '@/lib/api/errors';
import { askWhich } from '@/lib/conflict';
import { knownTasks, type Data } from '@/lib/data';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { errorMessages } from '@/lib/messages/errors';
import { hasLeft } from '@/lib/session-over';
import { dropTask } from '@/lib/tasks/drop';
import { linger } from '@/lib/tasks/lingering';
import { overlay } from '@/lib/tasks/overlay';
import { OwnVersions } from '@/lib/tasks/own-versions';
import { Queue } from '@/lib/tasks/queue';
import { understood } from '@/lib/tasks/quick';
import { Conflicted, sendWrite, type Sent } from '@/lib/tasks/send';
import type { BatchWrite, TaskWrite } from '@/lib/tasks/write';
import type { Outcome, WriteOptions } from '@/lib/tasks/write-task';
import { noteChange } from '@/lib/undo';

const own = new OwnVersions();
const queues = new WeakMap<Data, Queue>();

function queueOf(data: Data): Queue {
  const known = queues.get(data);
  if (known) return known;
  const queue = new Queue(data.writes.pending);
  queues.set(data, queue);
  data.writes.overlay = overlay;
  return queue;
}

/** Writes, and tells what came of it. */
export async function writeTask(data: Data, asked: TaskWrite, options: WriteOptions): Promise<Outcome> {
  for (const each of asked.kind === 'batch' ? asked.writes : [asked]) {
    if (each.kind === 'complete' && each.completed) linger(each.id);
  }
  const queue = queueOf(data);
  let write = asked;
  const send = async () => {
    const known = await understood(api, write);
    // From here on it means this, however often it is sent: the server takes a key for one thing alone.
    if (known !== write) queue.replace(known);
    write = known;
    return sendWrite({ api, data, own }, write);
  };
  try {
    const answer = await queue.run(asked, () => whenOnline(send));
    report(data, write, answer);
    return { ok: true, task: answer.data };
  } catch (error) {
    if (!options.isQuiet) tell(data, write, options, error);
    return {
      ok: false,
      message: messageOf(error),
      isRefused: error instanceof Refused,
      ...(isPassing(error) && { again: () => writeTask(data, write, options) }),
    };
  }
}

function isPassing(error: unknown): boolean {
  return error instanceof ApiError && error.isPassing;
}

/** Without a network a write waits. Its key makes sure that it is done once, whatever had arrived. */
async function whenOnline(send: () => Promise<Sent>): Promise<Sent> {
  for (;;) {
    await online();
    if (hasLeft()) return new Promise(() => {});
    try {
      return await send();
    } catch (error) {
      // The page goes. What was asked for is neither done nor refused: it is kept until the same person is back.
      if (error instanceof Unauthenticated) return new Promise(() => {});
      if (!(error instanceof NetworkError && error.isOffline)) throw error;
    }
  }
}

async function online(): Promise<void> {
  while (!navigator.onLine) {
    await new Promise((resolve) => window.addEventListener('online', resolve, { once: true }));
  }
}

/** What was done can be taken back, also where some of it was not. */
function report(data: Data, write: TaskWrite, { changeSetIds, several }: Sent): void {
  const { done = 1, refused = [], disputed = [] } = several ?? {};
  const [reason] = refused;
  const isDone = changeSetIds.length > 0;
  if (reason === undefined) {
    if (isDone) noteChange(data, describe(write, done), changeSetIds);
  } else {
    const text = dialogsMessages.changes.partlyRefused(refused.length, reason);
    if (isDone) noteChange(data, text, changeSetIds, 'problem');
    else announceProblem(text);
  }
  if (disputed.length > 0) void ask(data, disputed);
}

/** Shows both versions to whoever can decide. */
async function ask(data: Data, conflicts: readonly Conflicted[]): Promise<void> {
  const { taskConflict } = await import('@/lib/tasks/conflict');
  askWhich(taskConflict(data, conflicts, (mine) => void writeTask(data, mine, {})));
}

function tell(data: Data, write: TaskWrite, options: WriteOptions, error: unknown): void {
  if (error instanceof Invalid && options.atField?.(error)) return;
  if (error instanceof Conflicted) void ask(data, [error]);
  else if (error instanceof NotFound && 'id' in write) {
    dropTask(data, write.id, knownTasks(data).byId.get(write.id)?.version ?? 0);
    announceProblem(errorMessages.taskGone);
  } else if (isPassing(error)) {
    // The same deed with the same key: if it had arrived after all, it is not done twice.
    announceUnsaved(messageOf(error), () => void writeTask(data, write, options));
  } else announceProblem(messageOf(error));
}

function describe(write: TaskWrite, count: number): string {
  switch (write.kind) {
    case 'create':
      return write.parts ? dialogsMessages.changes.duplicated : dialogsMessages.changes.created;
    case 'complete':
      return write.completed ? dialogsMessages.changes.completed : dialogsMessages.changes.reopened;
    case 'delete':
      return dialogsMessages.changes.deleted;
    case 'batch':
      return describeMany(write, count);
    case 'series':
      if (write.to === 'skipped') return dialogsMessages.changes.skipped;
      return write.to === 'never' ? dialogsMessages.changes.recurrenceEnded : dialogsMessages.changes.recurrenceSet;
    case 'update': {
      const [only, ...others] = Object.keys(write.fields) as (keyof typeof dialogsMessages.changes.fields)[];
      return only !== undefined && others.length === 0 ? dialogsMessages.changes.fields[only] : dialogsMessages.changes.changed;
    }
  }
}

function describeMany({ writes }: BatchWrite, count: number): string {
  const text = dialogsMessages.changes.many;
  const [first] = writes;
  switch (first?.kind) {
    case 'complete':
      return first.completed ? text.completed(count) : text.reopened(count);
    case 'delete':
      return text.deleted(count);
    default:
      return text.changed(count);
  }
}
