import type { Task } from '@/lib/api';
import { dueKey, type Clock } from '@/lib/tasks/due';
import { PRIORITIES } from '@/lib/tasks/groups';

/** Below zero where the first comes before the other. */
export type Order = (a: Task, b: Task) => number;

export const byUrgency: Order = (a, b) => PRIORITIES.indexOf(a.priority) - PRIORITIES.indexOf(b.priority);

/** As a list by sections has it: what is due first, of that what is most urgent, and then as people have put it. */
export const byDue = ({ zone }: Pick<Clock, 'zone'>): Order => (a, b) =>
  compare(dueKey(a, zone), dueKey(b, zone)) || byUrgency(a, b) || a.position - b.position;

/** Texts as they are written, such as moments. */
export function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
