import type { TaskWrite } from '@/lib/tasks/write';

/** The ids that the server has given to new tasks, by the keys of the writes that made them. */
const given = new Map<string, string>();

export function giveId(key: string, id: string): void {
  given.set(key, id);
}

/** The id of a task that may be known by such a key still: who is fast edits it before it is saved. */
export function idOf(known: string): string {
  return given.get(known) ?? known;
}

/** The same write, about the tasks by their ids. */
export function byIds<W extends TaskWrite>(write: W): W;
export function byIds(write: TaskWrite): TaskWrite {
  switch (write.kind) {
    case 'create': {
      const { parent_id: parent } = write.task;
      return parent ? { ...write, task: { ...write.task, parent_id: idOf(parent) } } : write;
    }
    case 'batch':
      return { ...write, writes: write.writes.map((each) => byIds(each)) };
    default:
      return { ...write, id: idOf(write.id) };
  }
}
