import type { NewRecurrence, NewTask, Task, TaskPatch } from '@/lib/api';
import { randomId } from '@/lib/id';

/** Fields that a person changes. */
export type Fields = Pick<
  Task,
  'title' | 'description' | 'priority' | 'tags' | 'project_id' | 'parent_id' | 'position' | 'due' | 'reminders'
>;

/** Something a person does to a task, or to several. `key` makes sure that it is done once. */
export type TaskWrite = { readonly key: string } & (
  | {
      kind: 'create';
      task: NewTask;
      /** What was typed, if the server has yet to say what it means. */
      text?: string;
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
      shown: Partial<Task>;
    }
  | { kind: 'batch'; writes: readonly SingleWrite[] }
);

export type TaskUpdate = Extract<TaskWrite, { kind: 'update' }>;
export type SeriesWrite = Extract<TaskWrite, { kind: 'series' }>;
export type BatchWrite = Extract<TaskWrite, { kind: 'batch' }>;
/** What can be done to several tasks at once. */
export type SingleWrite = Extract<TaskWrite, { kind: 'update' | 'complete' | 'delete' }>;

/** As many as the server takes at once. */
export const MOST_AT_ONCE = 100;

export function creation(task: NewTask, text?: string): TaskWrite {
  return { key: randomId(), kind: 'create', task, text };
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
export function ofSeries(seen: Task, to: SeriesWrite['to'], shown: Partial<Task>): SeriesWrite {
  return { key: randomId(), kind: 'series', id: seen.id, version: seen.version, to, shown };
}

/** The body of the request. Absent fields stay, null clears. */
export function patchOf({ fields: { reminders, ...rest } }: TaskUpdate): TaskPatch {
  // Those that are there already keep their ids: what makes them the same is when and how.
  return reminders ? { ...rest, reminders: reminders.map(({ when, channels }) => ({ when, channels })) } : rest;
}

/** Whether nobody else has touched the fields that this changes. Of two places in a list the newer one simply counts. */
export function stillFits(write: TaskUpdate, current: Task): boolean {
  const names = Object.keys(write.fields) as (keyof Fields)[];
  return names.every((name) => name === 'position' || isSame(current[name], write.before[name]));
}

/** Fields are JSON, and the server keeps their order. */
export function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
}

function pick(from: Partial<Fields>, names: readonly (keyof Fields)[]): Partial<Fields> {
  return Object.fromEntries(names.map((name) => [name, from[name] ?? null]));
}
