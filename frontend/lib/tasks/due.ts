import type { Due, Task } from '@/lib/api';
import { dayOf, type Day } from '@/lib/time/day';
import { deviceHabits, type Habits } from '@/lib/time/habits';
import { wallTime } from '@/lib/time/zone';

/** Now, for somebody at home in a zone, and how they say it. */
export type Clock = { now: number; zone: string; wall: string; today: Day } & Habits;

export function clockAt(now: number, zone: string, habits: Habits = deviceHabits.get()): Clock {
  const wall = wallTime(now, zone);
  return { now, zone, wall, today: dayOf(wall), ...habits };
}

type Dated = Pick<Task, 'due' | 'due_at'>;

/** When a task is due on the wall of somebody at home in `zone`; a day alone has no `time`. */
export type DueMoment = { day: Day; time: string | null };

export function dueMoment(task: Dated, zone: string): DueMoment | null {
  const { due } = task;
  if (!due) return null;
  switch (due.kind) {
    case 'date':
      return { day: due.date, time: null };
    case 'floating':
      return { day: dayOf(due.local), time: due.local };
    case 'zoned': {
      // Until the server has said which instant it is, the other zone's wall has to do.
      const wall = due.zone !== zone && task.due_at ? wallTime(Date.parse(task.due_at), zone) : due.local;
      return { day: dayOf(wall), time: wall };
    }
  }
}

/** A day is over at its end, a time when it has passed where it counts. */
export function isOverdue(due: Due | null | undefined, clock: Clock): boolean {
  if (!due) return false;
  switch (due.kind) {
    case 'date':
      return due.date < clock.today;
    case 'floating':
      return due.local < clock.wall;
    case 'zoned':
      return due.local < (due.zone === clock.zone ? clock.wall : wallTime(clock.now, due.zone));
  }
}

/** Sorts by day and then time; a day without a time comes after those with one, no day at all last. */
export function dueKey(task: Dated, zone: string): string {
  const moment = dueMoment(task, zone);
  return moment ? (moment.time ?? `${moment.day}T99`) : '~';
}
