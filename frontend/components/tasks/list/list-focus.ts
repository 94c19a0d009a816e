import type { TaskFocus } from '@/components/tasks/list/area-focus';
import type { Row } from '@/components/tasks/list/rows';
import type { Task } from '@/lib/api';

/** Brings a row onto the screen. */
export type Reveal = (index: number) => void;

/** Which task of a list has the focus, and the way to the next one. */
export class ListFocus implements TaskFocus {
  #rows: readonly Row[] = [];
  #element: HTMLElement | null = null;
  #reveal: Reveal = () => {};
  /** Where the focus was last; the task there may be gone. */
  #last = -1;

  /** To be called after each time the list was drawn. */
  follow(rows: readonly Row[], element: HTMLElement | null, reveal: Reveal): void {
    this.#rows = rows;
    this.#element = element;
    this.#reveal = reveal;
  }

  current(): { task: Task; element: HTMLElement } | null {
    const element = document.activeElement?.closest<HTMLElement>('[data-task]');
    if (!element || !this.#element?.contains(element)) return null;
    const index = this.#rows.findIndex((row) => row.key === element.dataset.task);
    const row = this.#rows[index];
    if (row?.kind !== 'task') return null;
    this.#last = index;
    return { task: row.task, element };
  }

  move(step: 1 | -1): void {
    // Without a focus, on from where it was: the row that has taken the place of a finished one.
    const isLost = this.current() === null && step === 1;
    const index = nextTask(this.#rows, Math.max(isLost ? this.#last - 1 : this.#last, -1), step);
    const row = this.#rows[index];
    if (!row) return;
    this.#last = index;
    this.#reveal(index);
    // A row that was far off the screen has yet to be drawn.
    requestAnimationFrame(() => requestAnimationFrame(() => this.#title(row.key)?.focus({ preventScroll: true })));
  }

  #title(key: string): HTMLElement | null {
    return this.#element?.querySelector<HTMLElement>(`[data-task="${CSS.escape(key)}"] [data-title]`) ?? null;
  }
}

/** The next row with a task in a direction, from an index on; -1 if there is none. */
function nextTask(rows: readonly Row[], from: number, step: 1 | -1): number {
  for (let index = from + step; index >= 0 && index < rows.length; index += step) {
    if (rows[index]?.kind === 'task') return index;
  }
  return -1;
}
