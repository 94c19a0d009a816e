import { openPanel } from '@/lib/panels';
import { createStore } from '@/lib/store';
import type { Outcome } from '@/lib/tasks/write-task';

/**
 * What stands in the field at first: a line that came from elsewhere, or one that was refused, and why; `again` sends
 * the very same once more, where it may have arrived.
 */
export type Begun = { line: string; error: string | null; again?: () => Promise<Outcome> };

const NOTHING: Begun = { line: '', error: null };

/** What the dialog begins with. */
export const begunLine = createStore(NOTHING);

/** Opens the field for a new task over whatever is shown. */
export function openQuickAdd(begun: Begun = NOTHING): void {
  begunLine.set(begun);
  openPanel.set('quick-add');
}
