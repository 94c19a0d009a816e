import { asError } from '@/lib/as-error';
import { pauseAfter } from '@/lib/pause';
import { createStore, type Store } from '@/lib/store';

/** What is known of something that lies on the server. */
export type State<T> = { value: T | undefined; error: Error | null; isLoading: boolean };

/** Something on the server that is read once, and again when it has changed. */
export class Remote<T> {
  /** As it is shown. */
  readonly #store: Store<State<T>>;
  readonly #read: () => Promise<T>;
  #known: T | undefined;
  #expected: readonly ((value: T) => T)[] = [];
  #reading: Promise<void> | null = null;
  #isStale = false;
  #failures = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(read: () => Promise<T>, value?: T) {
    this.#read = read;
    this.#known = value;
    this.#store = createStore<State<T>>({ value, error: null, isLoading: value === undefined });
  }

  get value(): T | undefined {
    return this.#store.get().value;
  }

  /** Without what is expected of it. */
  get known(): T | undefined {
    return this.#known;
  }

  get isReading(): boolean {
    return this.#reading !== null;
  }

  readonly state = (): State<T> => this.#store.get();
  readonly subscribe = (listener: () => void): (() => void) => this.#store.subscribe(listener);

  /** Takes in what is known otherwise, such as from the answer to a write. */
  set(value: T): void {
    this.#known = value;
    this.#show();
  }

  /**
   * Shows what a write under way will make of it. Returns what ends that: then it is as the server
   * says again, or, `isSo`, as was expected.
   */
  expect(change: (value: T) => T): (isSo: boolean) => void {
    // The same change may be expected twice.
    const expected = (value: T) => change(value);
    this.#expected = [...this.#expected, expected];
    this.#show();
    return (isSo) => {
      this.#expected = this.#expected.filter((other) => other !== expected);
      if (isSo && this.#known !== undefined) this.#known = change(this.#known);
      this.#show();
    };
  }

  #show(state: Partial<State<T>> = {}): void {
    const known = this.#known;
    const value = known === undefined ? known : this.#expected.reduce<T>((seen, change) => change(seen), known);
    this.#store.set((before) => ({ ...before, ...state, value }));
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
    this.#store.set((before) => ({ ...before, error: null, isLoading: before.value === undefined }));
    return this.#start();
  }

  #start(): Promise<void> {
    clearTimeout(this.#retry);
    this.#reading = this.#readAll().finally(() => (this.#reading = null));
    return this.#reading;
  }

  async #readAll(): Promise<void> {
    do {
      this.#isStale = false;
      try {
        this.#known = await this.#read();
        this.#failures = 0;
        this.#show({ error: null, isLoading: false });
      } catch (error) {
        this.#store.set((before) => ({ ...before, error: asError(error), isLoading: false }));
        if (!this.#isStale) this.#tryLater(error);
      }
    } while (this.#isStale);
  }

  /** What fails in passing is read again without being asked for, a little later each time; until then it says so. */
  #tryLater(error: unknown): void {
    if (!isPassing(error)) return;
    this.#failures += 1;
    this.#retry = setTimeout(() => void this.#start(), pauseAfter(this.#failures));
  }
}

/** As an `ApiError` says it. They are not loaded before there is one. */
function isPassing(error: unknown): boolean {
  return error instanceof Error && 'isPassing' in error && error.isPassing === true;
}
