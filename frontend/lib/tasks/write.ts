import type { NewTask, Task, TaskPatch } from '@/lib/api';
import { randomId } from '@/lib/id';

/** Fields that a person changes. */
export type Fields = Pick<
  Task,
  'title' | 'description' | 'priority' | 'tags' | 'project_id' | 'parent_id' | 'position' | 'due'
>;

/** Something a person does to a task. `key` makes sure that it is done once. */
export type TaskWrite = { readonly key: string } & (
  | { kind: 'create'; task: NewTask }
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
);

export type TaskUpdate = Extract<TaskWrite, { kind: 'update' }>;

export function creation(task: NewTask): TaskWrite {
  return { key: randomId(), kind: 'create', task };
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

export function completion(id: string, completed: boolean): TaskWrite {
  return { key: randomId(), kind: 'complete', id, completed };
}

export function deletion(id: string): TaskWrite {
  return { key: randomId(), kind: 'delete', id };
}

/** The body of the request. Absent fields stay, null clears. */
export function patchOf(write: TaskUpdate): TaskPatch {
  return write.fields;
}

/** Whether nobody else has touched the fields that this changes. */
export function stillFits(write: TaskUpdate, current: Task): boolean {
  const names = Object.keys(write.fields) as (keyof Fields)[];
  return names.every((name) => isSame(current[name], write.before[name]));
}

/** Fields are JSON, and the server keeps their order. */
export function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
}

function pick(from: Partial<Fields>, names: readonly (keyof Fields)[]): Partial<Fields> {
  return Object.fromEntries(names.map((name) => [name, from[name] ?? null]));
}
