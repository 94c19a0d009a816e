import type { Task } from '@/lib/api';

/** Which task has the focus, and the way to the next one. */
export type TaskFocus = {
  current: () => { task: Task; element: HTMLElement } | null;
  move: (step: 1 | -1) => void;
};

/** The focus among tasks that are all drawn, in the order of the page. */
export class AreaFocus implements TaskFocus {
  #area: HTMLElement | null = null;
  #byId: ReadonlyMap<string, Task> = new Map();

  /** To be called after each drawing. */
  follow(area: HTMLElement | null, byId: ReadonlyMap<string, Task>): void {
    this.#area = area;
    this.#byId = byId;
  }

  current(): { task: Task; element: HTMLElement } | null {
    const element = document.activeElement?.closest<HTMLElement>('[data-task]');
    const task = this.#byId.get(element?.dataset.task ?? '');
    return element && task && this.#area?.contains(element) ? { task, element } : null;
  }

  move(step: 1 | -1): void {
    const all = [...(this.#area?.querySelectorAll<HTMLElement>('[data-task]') ?? [])];
    const from = all.findIndex((element) => element.contains(document.activeElement));
    const next = from === -1 ? all.at(step === 1 ? 0 : -1) : all[from + step];
    next?.querySelector<HTMLElement>('[data-title]')?.focus();
  }
}
