import { createStore, type Store } from '@/lib/store';
import type { TaskWrite } from '@/lib/tasks/write';

/** Which tasks a write is about; a new one is known by its key. */
function subjects(write: TaskWrite): string[] {
  if (write.kind === 'batch') return write.writes.flatMap(subjects);
  return [write.kind === 'create' ? write.key : write.id];
}

/** What people have asked for: seen at once, and sent one after the other for each task. */
export class Writes {
  /** Under way or waiting, oldest first. */
  readonly pending: Store<readonly TaskWrite[]> = createStore<readonly TaskWrite[]>([]);
  readonly #last = new Map<string, Promise<unknown>>();

  /** Sends a write after those before it of the same task. It is pending until its answer was taken in. */
  async run<T>(write: TaskWrite, send: (write: TaskWrite) => Promise<T>): Promise<T> {
    const ids = subjects(write);
    this.pending.set((writes) => [...writes, write]);
    const before = Promise.allSettled(ids.map((id) => this.#last.get(id)));
    const sent = before.then(() => send(write));
    for (const id of ids) this.#last.set(id, sent);
    try {
      return await sent;
    } finally {
      for (const id of ids) if (this.#last.get(id) === sent) this.#last.delete(id);
      this.pending.set((writes) => writes.filter((other) => other !== write));
    }
  }
}
