import { createStore } from '@/lib/store';

/** Long enough to see what was ticked off, and to tick it on again. */
const MILLISECONDS = 1_400;

/** Completed just now: lists still show them. */
export const lingering = createStore<ReadonlySet<string>>(new Set());

export function linger(id: string): void {
  lingering.set((ids) => new Set(ids).add(id));
  setTimeout(() => {
    lingering.set((ids) => {
      const rest = new Set(ids);
      rest.delete(id);
      return rest;
    });
  }, MILLISECONDS);
}
