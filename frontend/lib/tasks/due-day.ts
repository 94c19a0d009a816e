import type { Due, Task } from '@/lib/api';
import { dueMoment } from '@/lib/tasks/due';
import { addDays, dayOf, daysBetween, type Day } from '@/lib/time/day';

/** The day on which something is due, as it was meant. */
export function dayOfDue(due: Due): Day {
  return due.kind === 'date' ? due.date : dayOf(due.local);
}

/**
 * The same due on another day. A time stays, and so does the place that it belongs to. `from` is the
 * day on which it is seen, if that is another one than where it is due.
 */
export function moveTo(due: Due | null | undefined, day: Day, from?: Day): Due {
  if (!due || due.kind === 'date') return { kind: 'date', date: day };
  const there = dayOfDue(due);
  return { ...due, local: `${addDays(there, daysBetween(from ?? there, day))}${due.local.slice(10)}` };
}

/** What a task is due by on another day, for somebody at home in a zone. */
export function dueOn(task: Pick<Task, 'due' | 'due_at'>, day: Day, zone: string): Due {
  return moveTo(task.due, day, dueMoment(task, zone)?.day);
}
