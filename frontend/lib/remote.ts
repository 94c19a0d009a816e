import { createStore, type Store } from '@/lib/store';

/** What is known of something that lies on the server. */
export type State<T> = { value: T | undefined; error: Error | null; isLoading: boolean };

/** Something on the server that is read once, and again when it has changed. */
export class Remote<T> {
  readonly #store: Store<State<T>>;
  readonly #read: () => Promise<T>;
  #reading: Promise<void> | null = null;
  #isStale = false;

  constructor(read: () => Promise<T>, value?: T) {
    this.#read = read;
    this.#store = createStore<State<T>>({ value, error: null, isLoading: value === undefined });
  }

  get value(): T | undefined {
    return this.#store.get().value;
  }

  readonly state = (): State<T> => this.#store.get();
  readonly subscribe = (listener: () => void): (() => void) => this.#store.subscribe(listener);

  /** Takes in what is known otherwise, such as from the answer to a write. */
  set(value: T): void {
    this.#store.set((before) => ({ ...before, value }));
  }

  /** Reads unless that was done already. */
  ensure(): void {
    if (this.value === undefined && this.#reading === null) void this.refresh();
  }

  /** Reads anew. What changes during the reading is read once more, however often that is. */
  refresh(): Promise<void> {
    if (this.#reading !== null) {
      this.#isStale = true;
      return this.#reading;
    }
    this.#reading = this.#readAll().finally(() => (this.#reading = null));
    return this.#reading;
  }

  async #readAll(): Promise<void> {
    do {
      this.#isStale = false;
      this.#store.set((before) => ({ ...before, error: null, isLoading: before.value === undefined }));
      try {
        const value = await this.#read();
        this.#store.set({ value, error: null, isLoading: false });
      } catch (error) {
        this.#store.set((before) => ({ ...before, error: asError(error), isLoading: false }));
      }
    } while (this.#isStale);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
