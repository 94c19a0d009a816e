import type { Schemas, Task } from '@/lib/api';
import { dueKey, dueMoment } from '@/lib/tasks/due';
import { addDays, isDay, type Day } from '@/lib/time/day';
import { timeInWords } from '@/lib/time/format';
import type { WeekStart } from '@/lib/time/habits';
import { monthPage, weekOf } from '@/lib/time/week';

export const CALENDAR_VIEWS = ['month', 'week'] as const;
export type CalendarView = (typeof CALENDAR_VIEWS)[number];

/** What stands on a day: a task, or what a series will bring. */
export type Entry = { key: string; time: string | null; task: Task; isPlanned: boolean };

/** The day whose page the calendar shows, by what its address says. */
export function shownDay(wanted: string | null, today: Day): Day {
  return wanted !== null && isDay(wanted) ? wanted : today;
}

/** The days that a page of the calendar shows. */
export function daysOf(view: CalendarView, day: Day, weekStart: WeekStart): Day[] {
  if (view === 'week') return weekOf(day, weekStart);
  const [year = 0, month = 1] = day.split('-').map(Number);
  return monthPage(year, month, weekStart);
}

/** A day of the page before or after. */
export function turn(view: CalendarView, day: Day, by: 1 | -1): Day {
  if (view === 'week') return addDays(day, 7 * by);
  const [year = 0, month = 1] = day.split('-').map(Number);
  return new Date(Date.UTC(year, month - 1 + by, 1)).toISOString().slice(0, 10);
}

export type Planned = { task: Task; occurrence: Schemas['Occurrence'] };

/** Entries by their days: those with a time in its order, then whole days; what is done last. */
export function entriesByDay(
  tasks: Iterable<Task>,
  planned: readonly Planned[],
  days: readonly Day[],
  clock: { zone: string; hour12: boolean },
): ReadonlyMap<Day, Entry[]> {
  const byDay = new Map<Day, (Entry & { order: string })[]>(days.map((day) => [day, []]));
  const add = (dated: Pick<Task, 'due' | 'due_at'>, entry: Omit<Entry, 'time'>) => {
    const moment = dueMoment(dated, clock.zone);
    const time = moment?.time ? timeInWords(moment.time, clock) : null;
    const order = `${entry.task.completed ? 1 : 0}${dueKey(dated, clock.zone)}`;
    if (moment) byDay.get(moment.day)?.push({ ...entry, time, order });
  };
  for (const task of tasks) add(task, { key: task.id, task, isPlanned: false });
  for (const { task, occurrence } of planned) {
    // What is a task already stands there as one.
    if (occurrence.state !== 'planned' || occurrence.task_id) continue;
    add(occurrence, { key: `${task.id} ${occurrence.occurrence}`, task, isPlanned: true });
  }
  for (const entries of byDay.values()) {
    entries.sort((a, b) => a.order.localeCompare(b.order) || a.task.position - b.task.position);
  }
  return byDay;
}
