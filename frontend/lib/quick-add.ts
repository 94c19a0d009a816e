import { openPanel } from '@/lib/panels';
import { createStore } from '@/lib/store';

/** What stands in the field at first: a line that came from elsewhere, or one that was refused, and why. */
export type Begun = { line: string; error: string | null };

const NOTHING: Begun = { line: '', error: null };

/** What the dialog begins with. */
export const begunLine = createStore(NOTHING);

/** Opens the field for a new task over whatever is shown. */
export function openQuickAdd(begun: Begun = NOTHING): void {
  begunLine.set(begun);
  openPanel.set('quick-add');
}
