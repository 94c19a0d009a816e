/** A map that forgets: after a while, and the oldest when it is full. */
export class Remembered<T> {
  readonly #entries = new Map<string, { value: T; until: number }>();
  readonly #forMilliseconds: number;
  readonly #limit: number;

  constructor({ forMilliseconds, entries }: { forMilliseconds: number; entries: number }) {
    this.#forMilliseconds = forMilliseconds;
    this.#limit = entries;
  }

  get(key: string): T | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    if (entry.until > Date.now()) return entry.value;
    this.#entries.delete(key);
    return undefined;
  }

  set(key: string, value: T): void {
    this.#entries.delete(key);
    const oldest = this.#entries.keys().next();
    if (this.#entries.size >= this.#limit && !oldest.done) this.#entries.delete(oldest.value);
    this.#entries.set(key, { value, until: Date.now() + this.#forMilliseconds });
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  deleteWhere(matches: (value: T) => boolean): void {
    for (const [key, { value }] of this.#entries) if (matches(value)) this.#entries.delete(key);
  }
}
