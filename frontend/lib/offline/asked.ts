import { clear, createStore, del, entries, setMany } from 'idb-keyval';
import type { Data } from '@/lib/data';
import { byIds } from '@/lib/tasks/given-ids';
import type { TaskWrite } from '@/lib/tasks/write';
import { writeTask } from '@/lib/tasks/write-task';

/** Something that has been asked for and not been answered, by the key of the write; `at` tells what came first. */
type Asked = { userId: string; at: number; write: TaskWrite };

const store = createStore('taskflow-asked', 'asked');

/** How much of what somebody has asked for is not answered yet, in this tab or another one. */
export async function countAsked(data: Data, userId: string | undefined): Promise<number> {
  const kept = await entries<string, Asked>(store).catch((): [string, Asked][] => []);
  const theirs = kept.filter(([, asked]) => asked.userId === userId).map(([key]) => key);
  return new Set([...theirs, ...data.writes.pending.get().map(({ key }) => key)]).size;
}

export function forgetAsked(): Promise<void> {
  return clear(store);
}

/** Keeps writes from when they are asked for until they are answered, for longer than this page lives. */
export class KeptWrites {
  readonly #data: Data;
  readonly #userId: string;
  readonly #times = new Times();
  #before: readonly TaskWrite[] = [];

  constructor(data: Data, userId: string) {
    this.#data = data;
    this.#userId = userId;
  }

  /** Keeps what this page asks for. */
  follow(): () => void {
    this.#look();
    return this.#data.writes.pending.subscribe(() => this.#look());
  }

  /**
   * Asks once more for what pages before this one have kept, as it came. Each has its key, so what had arrived
   * already, or another tab sends, is not done twice.
   */
  async askAgain(): Promise<void> {
    const kept = await entries<string, Asked>(store);
    const theirs = kept.map(([, asked]) => asked).filter(({ userId }) => userId === this.#userId);
    theirs.sort((a, b) => a.at - b.at);
    for (const { write, at } of theirs) this.#times.set(write.key, at);
    for (const { write } of theirs) if (!isAmong(this.#data.writes.pending.get(), write)) void writeTask(this.#data, write);
  }

  #look(): void {
    const now = this.#data.writes.pending.get();
    const answered = this.#before.filter((write) => !isAmong(now, write));
    // Once a task has its id, whatever else is asked of it is kept as about that: no page after this one knows its key.
    const isSaved = answered.some(({ kind }) => kind === 'create');
    const asked = isSaved ? now : now.filter((write) => !this.#before.includes(write));
    this.#before = now;
    if (asked.length > 0) void this.#keep(asked);
    for (const { key } of answered) {
      this.#times.delete(key);
      void del(key, store);
    }
  }

  #keep(writes: readonly TaskWrite[]): Promise<void> {
    const kept = writes.map((write): [string, Asked] => [
      write.key,
      { userId: this.#userId, at: this.#times.of(write.key), write: byIds(write) },
    ]);
    return setMany(kept, store);
  }
}

/** When each write was asked for: no two at once, whatever the clock does. */
class Times {
  readonly #known = new Map<string, number>();
  #last = 0;

  set(key: string, at: number): void {
    this.#known.set(key, at);
    this.#last = Math.max(this.#last, at);
  }

  /** As it was told before, or else now. */
  of(key: string): number {
    const at = this.#known.get(key) ?? Math.max(this.#last + 1, Date.now());
    this.set(key, at);
    return at;
  }

  delete(key: string): void {
    this.#known.delete(key);
  }
}

function isAmong(writes: readonly TaskWrite[], { key }: TaskWrite): boolean {
  return writes.some((other) => other.key === key);
}
