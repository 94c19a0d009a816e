import type { Shown, Sized } from '@/lib/drawn';
import type { Store } from '@/lib/store';
import { Heights } from '@/lib/virtual';

/** Drawn beyond the edges, so that scrolling finds something. */
const MARGIN = 400;
/** Scrolling by less than this needs nothing new. */
const STEP = 200;

/** The part of a long list that is near the screen. */
export class ListWindow {
  readonly #heights: Heights;
  readonly #shown: Store<Shown>;
  #outer: HTMLElement | null = null;
  #inner: HTMLElement | null = null;
  /** How far it is scrolled, and how much of it is seen, in pixels. */
  #top = 0;
  #height = 0;
  #measured: ResizeObserver | null = null;
  #followed: ReadonlySet<Element> = new Set();

  /** `shown` is what the list draws. */
  constructor(rows: readonly Sized[], shown: Store<Shown>) {
    this.#heights = new Heights(rows);
    this.#shown = shown;
  }

  /** Follows what is scrolled; the rows are children of `inner` and have a `data-key`. */
  attach(outer: HTMLElement, inner: HTMLElement): () => void {
    this.#outer = outer;
    this.#inner = inner;
    const look = () => {
      this.#place();
      this.#look();
    };
    outer.addEventListener('scroll', look, { passive: true });
    const resized = new ResizeObserver(look);
    resized.observe(outer);
    // Told when the page is laid out: to ask for heights before that would have it laid out once more.
    const measured = new ResizeObserver((entries) => {
      const sizes = entries.map(({ target }) => [keyOf(target), (target as HTMLElement).offsetHeight] as const);
      if (this.#heights.measure(sizes)) look();
    });
    this.#measured = measured;
    this.#follow();
    look();
    return () => {
      outer.removeEventListener('scroll', look);
      resized.disconnect();
      measured.disconnect();
      this.#followed = new Set();
    };
  }

  /** To be called after each drawing: there may be other rows. */
  drawn(rows: readonly Sized[]): void {
    this.#follow();
    if (rows === this.#heights.rows) return;
    this.#heights.follow(rows);
    this.#look();
  }

  /** Brings a row onto the screen. */
  readonly reveal = (index: number): void => {
    if (!this.#outer || !this.#inner) return;
    const top = this.#inner.offsetTop + this.#heights.offset(index);
    const bottom = this.#inner.offsetTop + this.#heights.offset(index + 1);
    const { scrollTop, clientHeight } = this.#outer;
    if (top < scrollTop) this.#outer.scrollTop = top - STEP / 2;
    else if (bottom > scrollTop + clientHeight) this.#outer.scrollTop = bottom - clientHeight + STEP / 2;
    this.#place();
    this.#look();
  };

  #place(): void {
    if (!this.#outer || !this.#inner) return;
    this.#top = this.#outer.scrollTop - this.#inner.offsetTop;
    this.#height = this.#outer.clientHeight;
  }

  /** Hears how high the rows are that are there by now. */
  #follow(): void {
    const rows = new Set(this.#inner?.children);
    for (const row of this.#followed) if (!rows.has(row)) this.#measured?.unobserve(row);
    for (const row of rows) if (!this.#followed.has(row)) this.#measured?.observe(row);
    this.#followed = rows;
  }

  #look(): void {
    if (!this.#inner) return;
    const inSteps = (pixels: number) => Math.floor(pixels / STEP) * STEP;
    const [from, to] = this.#heights.range(
      inSteps(this.#top - MARGIN),
      inSteps(this.#top + this.#height + MARGIN) + STEP,
    );
    const next: Shown = {
      from,
      to,
      above: this.#heights.offset(from),
      below: this.#heights.total - this.#heights.offset(to),
      kept: this.#kept(this.#inner),
    };
    if (JSON.stringify(next) !== JSON.stringify(this.#shown.get())) this.#shown.set(next);
  }

  /** What is typed in or carried goes on, wherever the list is scrolled to: an element that is gone hears nothing. */
  #kept(inner: HTMLElement): Shown['kept'] {
    const rows = [document.activeElement, inner.querySelector('[data-carried]')].map((part) => part?.closest('[data-key]'));
    return [...new Set(rows)].flatMap((row) => {
      if (!row || row.parentElement !== inner) return [];
      const key = keyOf(row);
      return [{ key, top: this.#heights.offset(this.#heights.indexOf(key)) }];
    });
  }
}

const keyOf = (row: Element) => (row as HTMLElement).dataset.key ?? '';
