import { createStore } from '@/lib/store';
import { idOf } from '@/lib/tasks/given-ids';

/** Tasks that are chosen to be changed together. */
export const selection = createStore<ReadonlySet<string>>(new Set());

/** By the ids that they have by now: one may have been chosen before it was saved. */
export function byIdsOfNow(chosen: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...chosen].map(idOf));
}

export function clearSelection(): void {
  if (selection.get().size > 0) selection.set(new Set());
}

export function toggleSelected(id: string): void {
  selection.set((ids) => {
    const next = new Set(byIdsOfNow(ids));
    if (!next.delete(id)) next.add(id);
    return next;
  });
}

/** Everything from the one that was chosen last to this one, in the order in which it is seen. */
export function selectUpTo(id: string, order: readonly string[]): void {
  selection.set((ids) => {
    const to = order.indexOf(id);
    const chosen = [...byIdsOfNow(ids)];
    const from = order.indexOf(chosen.at(-1) ?? id);
    const [start, end] = from <= to ? [from, to] : [to, from];
    return new Set([...chosen, ...order.slice(Math.max(start, 0), end + 1)]);
  });
}
