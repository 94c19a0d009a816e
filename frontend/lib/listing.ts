import { Remote } from '@/lib/remote';

/** As the API gives lists: ask again with `next_cursor` for what follows. */
export type Page<T, C> = { items: T[]; next_cursor?: C | null };

/** As much of a list as has been asked for. */
export type Listed<T, C> = { items: readonly T[]; next: C | null };

/** A change of what a list holds, as one of the list. */
export const ofItems =
  <T, C>(change: (items: readonly T[]) => readonly T[]) =>
  ({ items, next }: Listed<T, C>): Listed<T, C> => ({ items: change(items), next });

/** A list on the server, a page at a time. Reading it anew reads as much of it as was shown. */
export class Listing<T, C = string> extends Remote<Listed<T, C>> {
  readonly #readPage: (cursor: C | null) => Promise<Page<T, C>>;
  #wanted = 1;

  constructor(readPage: (cursor: C | null) => Promise<Page<T, C>>) {
    super(() => this.#readWanted());
    this.#readPage = readPage;
  }

  /** Whether no more than the beginning has been asked for. */
  get isOnePage(): boolean {
    return this.#wanted === 1;
  }

  /** One page more. */
  async more(): Promise<void> {
    const before = this.known;
    if (!before || before.next === null) return;
    const page = await this.#readPage(before.next);
    this.#wanted += 1;
    // Read anew meanwhile: what has come follows another beginning.
    if (this.known !== before) return this.refresh();
    this.set({ items: [...before.items, ...page.items], next: page.next_cursor ?? null });
  }

  /**
   * Reads its beginning anew, and keeps what follows that: for a list to which things are only
   * added, and at the beginning.
   */
  async refreshFirst(isSame: (one: T, other: T) => boolean): Promise<void> {
    const before = this.known;
    if (!before || this.isReading) return this.refresh();
    const { items, next_cursor: next = null } = await this.#readPage(null);
    const last = items.at(-1);
    const at = before.items.findIndex((item) => last !== undefined && isSame(item, last));
    const isAll = next === null;
    // More has come than a page holds, or it has changed meanwhile.
    if (this.known !== before || (at === -1 && !isAll)) return this.refresh();
    this.set(isAll ? { items, next } : { items: [...items, ...before.items.slice(at + 1)], next: before.next });
  }

  async #readWanted(): Promise<Listed<T, C>> {
    const items: T[] = [];
    let next: C | null = null;
    for (let pages = 0; pages < this.#wanted; pages += 1) {
      const page: Page<T, C> = await this.#readPage(next);
      items.push(...page.items);
      next = page.next_cursor ?? null;
      if (next === null) break;
    }
    return { items, next };
  }
}
