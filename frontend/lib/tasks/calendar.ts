import type { Schemas, Task } from '@/lib/api';
import { dueKey, dueMoment } from '@/lib/tasks/due';
import { addDays, isDay, monthPage, timeOf, weekday, type Day } from '@/lib/time/day';

export const CALENDAR_VIEWS = ['month', 'week'] as const;
export type CalendarView = (typeof CALENDAR_VIEWS)[number];

/** What stands on a day: a task, or what a series will bring. */
export type Entry = { key: string; time: string | null; task: Task; isPlanned: boolean };

/** The day whose page the calendar shows, by what its address says. */
export function shownDay(wanted: string | null, today: Day): Day {
  return wanted !== null && isDay(wanted) ? wanted : today;
}

/** The days that a page of the calendar shows. */
export function daysOf(view: CalendarView, day: Day): Day[] {
  if (view === 'week') {
    const monday = addDays(day, 1 - weekday(day));
    return Array.from({ length: 7 }, (_, index) => addDays(monday, index));
  }
  const [year = 0, month = 1] = day.split('-').map(Number);
  return monthPage(year, month);
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
  zone: string,
): ReadonlyMap<Day, Entry[]> {
  const byDay = new Map<Day, (Entry & { order: string })[]>(days.map((day) => [day, []]));
  const add = (dated: Pick<Task, 'due' | 'due_at'>, entry: Omit<Entry, 'time'>) => {
    const moment = dueMoment(dated, zone);
    const time = moment?.time ? timeOf(moment.time) : null;
    const order = `${entry.task.completed ? 1 : 0}${dueKey(dated, zone)}`;
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
