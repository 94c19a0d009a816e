import type { Due } from '@/lib/api';
import { dayOf, type Day } from '@/lib/time/day';

/** The day on which something is due, as it was meant. */
export function dayOfDue(due: Due): Day {
  return due.kind === 'date' ? due.date : dayOf(due.local);
}

/** The same due on another day. A time stays, and so does the place that it belongs to. */
export function moveTo(due: Due | null | undefined, day: Day): Due {
  if (!due || due.kind === 'date') return { kind: 'date', date: day };
  return { ...due, local: `${day}${due.local.slice(10)}` };
}
