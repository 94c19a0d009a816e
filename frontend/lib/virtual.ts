import type { Sized } from '@/lib/drawn';

/** How high rows are: those that were drawn have been measured, the others are estimated. */
export class Heights {
  readonly #measured = new Map<string, number>();
  #rows: readonly Sized[];
  /** Where each row begins, and at the end where the last one ends. */
  #offsets: number[] = [0];

  constructor(rows: readonly Sized[]) {
    this.#rows = rows;
    this.#add();
  }

  get rows(): readonly Sized[] {
    return this.#rows;
  }

  get total(): number {
    return this.#offsets.at(-1) ?? 0;
  }

  follow(rows: readonly Sized[]): void {
    this.#rows = rows;
    this.#add();
  }

  /** Takes what was measured. Says whether anything has moved. */
  measure(sizes: Iterable<readonly [key: string, height: number]>): boolean {
    let moved = false;
    for (const [key, height] of sizes) {
      if (height <= 0 || this.#measured.get(key) === height) continue;
      this.#measured.set(key, height);
      moved = true;
    }
    if (moved) this.#add();
    return moved;
  }

  /** Where a row begins. */
  offset(index: number): number {
    return this.#offsets[Math.max(0, Math.min(index, this.#rows.length))] ?? 0;
  }

  /** The place of a row; -1 if there is none. */
  indexOf(key: string): number {
    return this.#rows.findIndex((row) => row.key === key);
  }

  /** The rows that touch a part of the list, from the first to before the last. */
  range(top: number, bottom: number): [from: number, to: number] {
    const from = this.#find(top);
    let to = from;
    while (to < this.#rows.length && this.offset(to) < bottom) to += 1;
    return [from, to];
  }

  /** The row at a height, by halving. */
  #find(top: number): number {
    let low = 0;
    let high = Math.max(0, this.#rows.length - 1);
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.offset(middle) <= top) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #add(): void {
    let end = 0;
    this.#offsets = [0];
    for (const { key, height } of this.#rows) {
      end += this.#measured.get(key) ?? height;
      this.#offsets.push(end);
    }
  }
}
