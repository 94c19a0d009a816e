import { dueMoment, type Clock } from '@/lib/tasks/due';
import type { Group } from '@/lib/tasks/groups';
import { addDays, type Day } from '@/lib/time/day';
import { dayHeading } from '@/lib/time/format';

/** Today is one of them. */
const DAYS_AHEAD = 7;

/** The tasks of a list by their days: those of a week, also where there is nothing, and later ones that have some. */
export function byDay(groups: readonly Group[], { today, zone }: Pick<Clock, 'today' | 'zone'>): Group[] {
  const days = new Map<Day, Group>();
  const on = (day: Day): Group => {
    const group = days.get(day) ?? { key: day, title: dayHeading(day, today), isLate: false, tasks: [] };
    days.set(day, group);
    return group;
  };
  for (let ahead = 0; ahead < DAYS_AHEAD; ahead += 1) on(addDays(today, ahead));
  for (const task of groups.flatMap(({ tasks }) => tasks)) on(dueMoment(task, zone)?.day ?? today).tasks.push(task);
  return [...days.values()];
}
