import { Heights, type Sized } from '@/lib/virtual';

/** What of a list is drawn, and the room that the rest takes above and below. */
export type Shown = { from: number; to: number; above: number; below: number };

/** Drawn beyond the edges, so that scrolling finds something. */
const MARGIN = 400;
/** Scrolling by less than this needs nothing new. */
const STEP = 200;
/** How many rows a server draws: it does not know the screen. */
const FIRST_ROWS = 24;

/** The part of a long list that is near the screen. */
export class ListWindow {
  readonly #heights: Heights;
  readonly #listeners = new Set<() => void>();
  #outer: HTMLElement | null = null;
  #inner: HTMLElement | null = null;
  #shown: Shown;

  constructor(rows: readonly Sized[]) {
    this.#heights = new Heights(rows);
    this.#shown = this.#around(0, Math.min(rows.length, FIRST_ROWS));
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly shown = (): Shown => this.#shown;

  /** Follows what is scrolled; the rows are children of `inner` and have a `data-key`. */
  attach(outer: HTMLElement, inner: HTMLElement): () => void {
    this.#outer = outer;
    this.#inner = inner;
    const look = () => this.#look();
    outer.addEventListener('scroll', look, { passive: true });
    const resized = new ResizeObserver(look);
    resized.observe(outer);
    look();
    return () => {
      outer.removeEventListener('scroll', look);
      resized.disconnect();
    };
  }

  /** To be called after each drawing: there may be other rows, and any may have become higher. */
  drawn(rows: readonly Sized[]): void {
    const isOther = rows !== this.#heights.rows;
    const sizes = this.#sizes();
    if (isOther) this.#heights.follow(rows);
    if (this.#heights.measure(sizes) || isOther) this.#look();
  }

  /** Brings a row onto the screen. */
  readonly reveal = (index: number): void => {
    if (!this.#outer || !this.#inner) return;
    const top = this.#inner.offsetTop + this.#heights.offset(index);
    const bottom = this.#inner.offsetTop + this.#heights.offset(index + 1);
    const { scrollTop, clientHeight } = this.#outer;
    if (top < scrollTop) this.#outer.scrollTop = top - STEP / 2;
    else if (bottom > scrollTop + clientHeight) this.#outer.scrollTop = bottom - clientHeight + STEP / 2;
    this.#look();
  };

  #sizes(): (readonly [string, number])[] {
    const rows = this.#inner?.querySelectorAll<HTMLElement>(':scope > [data-key]') ?? [];
    return [...rows].map((row) => [row.dataset.key ?? '', row.offsetHeight]);
  }

  #look(): void {
    if (!this.#outer || !this.#inner) return;
    const top = this.#outer.scrollTop - this.#inner.offsetTop;
    const inSteps = (pixels: number) => Math.floor(pixels / STEP) * STEP;
    const [from, to] = this.#heights.range(
      inSteps(top - MARGIN),
      inSteps(top + this.#outer.clientHeight + MARGIN) + STEP,
    );
    const next = this.#around(from, to);
    const now = this.#shown;
    if (next.from === now.from && next.to === now.to && next.above === now.above && next.below === now.below) return;
    this.#shown = next;
    this.#listeners.forEach((listener) => listener());
  }

  #around(from: number, to: number): Shown {
    const above = this.#heights.offset(from);
    return { from, to, above, below: this.#heights.total - this.#heights.offset(to) };
  }
}
