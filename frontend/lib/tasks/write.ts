import type { Due, NewRecurrence, NewTask, Task, TaskPatch } from '@/lib/api';
import { randomId } from '@/lib/id';

/** Fields that a person changes. */
export type Fields = Pick<
  Task,
  'title' | 'description' | 'priority' | 'tags' | 'project_id' | 'parent_id' | 'position' | 'due' | 'reminders'
>;

/** What of a task two people can have changed at once. */
export type Disputed = Fields & Pick<Task, 'recurrence'>;

/** Something a person does to a task, or to several. `key` makes sure that it is done once. */
export type TaskWrite = { readonly key: string } & (
  | {
      kind: 'create';
      task: NewTask;
      /** What was typed, if the server has yet to say what it means. */
      text?: string;
      /** And when: "tomorrow" is the day after that. */
      typedAt?: string;
      /** Of a copy: what becomes a part of it. */
      parts?: readonly NewTask[];
    }
  | {
      kind: 'update';
      id: string;
      /** The version that the person saw. */
      version: number;
      fields: Partial<Fields>;
      /** What these fields were then. */
      before: Partial<Fields>;
    }
  | { kind: 'complete'; id: string; completed: boolean }
  | { kind: 'delete'; id: string }
  | {
      kind: 'series';
      id: string;
      version: number;
      /** How it is to come again from here on: not at all, or like now but without this occurrence. */
      to: NewRecurrence | 'never' | 'skipped';
      /** What the person is told it will be. */
      shown: SeriesShown;
      /** What it was then. */
      before: SeriesShown;
    }
  | { kind: 'batch'; writes: readonly SingleWrite[] }
);

/** What of a task a series decides. */
export type SeriesShown = Partial<Pick<Task, 'due' | 'due_at' | 'recurrence'>>;
export type Creation = Extract<TaskWrite, { kind: 'create' }>;
export type TaskUpdate = Extract<TaskWrite, { kind: 'update' }>;
export type SeriesWrite = Extract<TaskWrite, { kind: 'series' }>;
/** What names the version that the person saw. */
export type VersionedWrite = TaskUpdate | SeriesWrite;
export type BatchWrite = Extract<TaskWrite, { kind: 'batch' }>;
/** What can be done to several tasks at once. */
export type SingleWrite = Extract<TaskWrite, { kind: 'update' | 'complete' | 'delete' }>;

/** As many as the server takes at once. */
export const MOST_AT_ONCE = 100;

export function creation(task: NewTask, text?: string): TaskWrite {
  const typed = text === undefined ? {} : { text, typedAt: new Date().toISOString() };
  return { key: randomId(), kind: 'create', task, ...typed };
}

/** A change of what the person saw; null when it changes nothing. */
export function update(seen: Task, fields: Partial<Fields>): TaskUpdate | null {
  const names = (Object.keys(fields) as (keyof Fields)[]).filter((name) => !isSame(seen[name], fields[name]));
  if (names.length === 0) return null;
  return {
    key: randomId(),
    kind: 'update',
    id: seen.id,
    version: seen.version,
    fields: pick(fields, names),
    before: pick(seen, names),
  };
}

export function completion(id: string, completed: boolean): SingleWrite {
  return { key: randomId(), kind: 'complete', id, completed };
}

export function deletion(id: string): SingleWrite {
  return { key: randomId(), kind: 'delete', id };
}

/** What is done to each of several tasks. */
export type Change = 'complete' | 'delete' | ((task: Task) => Partial<Fields>);

/** The same to several tasks, undone by one undo; null when nothing would change. */
export function together(tasks: readonly Task[], change: Change): TaskWrite | null {
  const writes = tasks.map((task) => {
    if (change === 'complete') return task.completed ? null : completion(task.id, true);
    return change === 'delete' ? deletion(task.id) : update(task, change(task));
  });
  const real = writes.filter((write) => write !== null);
  return real.length > 0 ? { key: randomId(), kind: 'batch', writes: real } : null;
}

/** What is to become of a series, from the occurrence that the person saw. */
export function ofSeries(seen: Task, to: SeriesWrite['to'], shown: SeriesShown): SeriesWrite {
  const { id, version, due, recurrence } = seen;
  return { key: randomId(), kind: 'series', id, version, to, shown, before: { due, recurrence } };
}

/** The due with which a series begins where the task has another or none; null if it is the task's own. */
export function beginningOf({ to, shown: { due }, before }: SeriesWrite): Due | null {
  return typeof to === 'object' && due && !isSame(due, before.due) ? due : null;
}

/** The body of the request. Absent fields stay, null clears. */
export function patchOf({ fields: { reminders, ...rest } }: TaskUpdate): TaskPatch {
  return reminders ? { ...rest, reminders: reminders.map(whenAndHow) } : rest;
}

/** What makes reminders the same: those that are there already keep their ids, and until when they are snoozed. */
function whenAndHow({ when, channels }: Task['reminders'][number]) {
  return { when, channels };
}

/** Whether nobody else has touched what this changes. Of two places in a list the newer one simply counts. */
export function stillFits({ before }: VersionedWrite, current: Task): boolean {
  return namesOf(before).every((name) => name === 'position' || meansSame(name, current, before));
}

/** Whether somebody else has done the very same meanwhile. */
export function isDone(write: VersionedWrite, current: Task): boolean {
  const wanted = wantedBy(write);
  const names = namesOf(wanted);
  return names.length > 0 && names.every((name) => meansSame(name, current, wanted));
}

/** What the task would be by a write, and in which fields it is something else now. Who was told of nothing saw what was. */
export function disputed(write: VersionedWrite, current: Task): { names: (keyof Disputed)[]; mine: Partial<Disputed> } {
  const against = (mine: Partial<Disputed>) => ({ names: namesOf(mine).filter((name) => !meansSame(name, current, mine)), mine });
  const wanted = against(wantedBy(write));
  return wanted.names.length > 0 ? wanted : against(write.before);
}

function wantedBy(write: VersionedWrite): Partial<Disputed> {
  return write.kind === 'update' ? write.fields : write.shown;
}

/** Without the instant of a due, which follows from it. */
function namesOf(from: object): (keyof Disputed)[] {
  return (Object.keys(from) as (keyof Disputed | 'due_at')[]).filter((name) => name !== 'due_at');
}

/** Of a series it is how it comes again that counts, and of a reminder when and how; the rest follows. */
function meansSame(name: keyof Disputed, a: Partial<Disputed>, b: Partial<Disputed>): boolean {
  const meant = ({ [name]: value, recurrence, reminders }: Partial<Disputed>) => {
    if (name === 'recurrence') return recurrence && [recurrence.rule, recurrence.mode];
    return name === 'reminders' ? reminders?.map(whenAndHow) : value;
  };
  return isSame(meant(a), meant(b));
}

/** Fields are JSON, and the server keeps their order. */
export function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
}

function pick(from: Partial<Fields>, names: readonly (keyof Fields)[]): Partial<Fields> {
  return Object.fromEntries(names.map((name) => [name, from[name] ?? null]));
}
