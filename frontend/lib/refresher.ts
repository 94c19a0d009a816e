import { pauseAfter } from '@/lib/pause';

/**
 * Reads anew what has changed: what is asked for in a moment together, and one request after the
 * other. What could not be read is asked for again, for its event does not come twice.
 */
export class Refresher<K> {
  readonly #read: (keys: readonly K[]) => Promise<void>;
  readonly #atOnce: number;
  /** And how often each has failed. */
  readonly #wanted = new Map<K, number>();
  #isUnderWay = false;

  constructor(read: (keys: readonly K[]) => Promise<void>, atOnce: number) {
    this.#read = read;
    this.#atOnce = atOnce;
  }

  add(key: K, failures = 0): void {
    this.#wanted.set(key, failures);
    if (this.#isUnderWay) return;
    this.#isUnderWay = true;
    // What one message brings, and the next in the same breath, is asked for together.
    setTimeout(() => void this.#readAll(), 4);
  }

  async #readAll(): Promise<void> {
    while (this.#wanted.size > 0) {
      const some = [...this.#wanted].slice(0, this.#atOnce);
      for (const [key] of some) this.#wanted.delete(key);
      try {
        await this.#read(some.map(([key]) => key));
      } catch {
        for (const [key, failures] of some) this.#later(key, failures + 1);
      }
    }
    this.#isUnderWay = false;
  }

  #later(key: K, failures: number): void {
    setTimeout(() => this.add(key, failures), pauseAfter(failures));
  }
}
