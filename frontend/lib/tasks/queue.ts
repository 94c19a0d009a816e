import type { Store } from '@/lib/store';
import { partKey } from '@/lib/tasks/given-ids';
import type { TaskWrite } from '@/lib/tasks/write';

/** Which tasks a write is about; a new one is known by its key, and comes after the one that it is a part of. */
function subjects(write: TaskWrite): readonly string[] {
  switch (write.kind) {
    case 'batch':
      return write.writes.flatMap(subjects);
    case 'create':
      return [
        write.key,
        ...(write.parts ?? []).map((_, index) => partKey(write.key, index)),
        ...(write.task.parent_id ? [write.task.parent_id] : []),
      ];
    default:
      return [write.id];
  }
}

/** Sends what people have asked for, one after the other for each task. */
export class Queue {
  readonly #pending: Store<readonly TaskWrite[]>;
  readonly #last = new Map<string, Promise<unknown>>();

  /** `pending` is told of everything that is under way or waits, oldest first. */
  constructor(pending: Store<readonly TaskWrite[]>) {
    this.#pending = pending;
  }

  /** Sends a write after those before it of the same tasks. It is pending until its answer was taken in. */
  async run<T>(write: TaskWrite, send: () => Promise<T>): Promise<T> {
    const ids = subjects(write);
    this.#pending.set((writes) => [...writes, write]);
    const before = Promise.allSettled(ids.map((id) => this.#last.get(id)));
    const sent = before.then(send);
    for (const id of ids) this.#last.set(id, sent);
    try {
      return await sent;
    } finally {
      for (const id of ids) if (this.#last.get(id) === sent) this.#last.delete(id);
      this.#pending.set((writes) => writes.filter(({ key }) => key !== write.key));
    }
  }

  /** Has the same write say more, such as what was found out on its way. */
  replace(write: TaskWrite): void {
    this.#pending.set((writes) => writes.map((other) => (other.key === write.key ? write : other)));
  }
}
