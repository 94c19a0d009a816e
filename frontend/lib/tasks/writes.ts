import { createStore, type Store } from '@/lib/store';
import type { TaskWrite } from '@/lib/tasks/write';

/** What people have asked for: seen at once, and sent one after the other for each task. */
export class Writes {
  /** Under way or waiting, oldest first. */
  readonly pending: Store<readonly TaskWrite[]> = createStore<readonly TaskWrite[]>([]);
  readonly #last = new Map<string, Promise<unknown>>();

  /** Sends a write after those before it of the same task. It is pending until its answer was taken in. */
  async run<T>(write: TaskWrite, send: (write: TaskWrite) => Promise<T>): Promise<T> {
    const subject = write.kind === 'create' ? write.key : write.id;
    this.pending.set((writes) => [...writes, write]);
    const before = this.#last.get(subject) ?? Promise.resolve();
    const sent = before.catch(() => undefined).then(() => send(write));
    this.#last.set(subject, sent);
    try {
      return await sent;
    } finally {
      if (this.#last.get(subject) === sent) this.#last.delete(subject);
      this.pending.set((writes) => writes.filter((other) => other !== write));
    }
  }
}
