import type { Task } from '@/lib/api';
import type { TaskWrite } from '@/lib/tasks/write';

type Saved = Pick<Task, 'id' | 'version'>;

/** What the server has made of new tasks, by the keys of the writes that asked for them. */
const given = new Map<string, Saved>();

/** By what a part of a copy is known until it is saved. */
export const partKey = (key: string, index: number): string => `${key}-${index}`;

export function giveId(key: string, { id, version }: Saved): void {
  given.set(key, { id, version });
}

/** The id of a task that may be known by such a key still: who is fast edits it before it is saved. */
export function idOf(known: string): string {
  return given.get(known)?.id ?? known;
}

/**
 * The same write, about the tasks by their ids. What was asked for before a task was saved is about what was
 * saved then.
 */
export function byIds<W extends TaskWrite>(write: W): W;
export function byIds(write: TaskWrite): TaskWrite {
  switch (write.kind) {
    case 'create': {
      const { parent_id: parent } = write.task;
      return parent ? { ...write, task: { ...write.task, parent_id: idOf(parent) } } : write;
    }
    case 'batch':
      return { ...write, writes: write.writes.map((each) => byIds(each)) };
    case 'update':
    case 'series': {
      const saved = given.get(write.id);
      return saved ? { ...write, ...saved } : write;
    }
    default:
      return { ...write, id: idOf(write.id) };
  }
}
