import { createStore } from '@/lib/store';

/** Tasks that are chosen to be changed together. */
export const selection = createStore<ReadonlySet<string>>(new Set());

export function clearSelection(): void {
  if (selection.get().size > 0) selection.set(new Set());
}

export function toggleSelected(id: string): void {
  selection.set((ids) => {
    const next = new Set(ids);
    if (!next.delete(id)) next.add(id);
    return next;
  });
}

/** Everything from the one that was chosen last to this one, in the order in which it is seen. */
export function selectUpTo(id: string, order: readonly string[]): void {
  selection.set((ids) => {
    const to = order.indexOf(id);
    const from = order.indexOf([...ids].at(-1) ?? id);
    const [start, end] = from <= to ? [from, to] : [to, from];
    return new Set([...ids, ...order.slice(Math.max(start, 0), end + 1)]);
  });
}
