import type { Task } from '@/lib/api';

/** The tasks that are known: all that are open, and others that somebody has looked at. */
export type Collection = {
  readonly byId: ReadonlyMap<string, Task>;
  /** The version with which a task went: an older copy that arrives late must not bring it back. */
  readonly gone: ReadonlyMap<string, number>;
  /** Where the open tasks go on that are not loaded yet; null when all are here. */
  readonly next: string | null;
};

export const EMPTY: Collection = { byId: new Map(), gone: new Map(), next: null };

/** Takes tasks in, except what is older than what is known. */
export function withTasks(collection: Collection, tasks: readonly Task[]): Collection {
  const byId = new Map(collection.byId);
  const gone = new Map(collection.gone);
  for (const task of tasks) {
    const known = byId.get(task.id)?.version ?? gone.get(task.id) ?? 0;
    if (task.version < known || gone.get(task.id) === task.version) continue;
    if (task.deleted_at) {
      byId.delete(task.id);
      gone.set(task.id, task.version);
    } else {
      byId.set(task.id, task);
      gone.delete(task.id);
    }
  }
  return { ...collection, byId, gone };
}

/** Takes a task out that went with this version. */
export function withoutTask(collection: Collection, id: string, version: number): Collection {
  const known = collection.byId.get(id);
  if (known && known.version > version) return collection;
  const byId = new Map(collection.byId);
  byId.delete(id);
  return { ...collection, byId, gone: new Map(collection.gone).set(id, version) };
}

/** Whether a change is known already, such as one of our own. */
export function knows(collection: Collection, id: string, version: number): boolean {
  const known = collection.byId.get(id)?.version ?? collection.gone.get(id) ?? 0;
  return known >= version;
}
