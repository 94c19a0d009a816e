import { addDays, dayOf, daysBetween, timeOf, type Day } from '@/lib/time/day';
import { messages } from '@/lib/messages';
import type { Habits } from '@/lib/time/habits';
import { wallTime } from '@/lib/time/zone';

const formats = {
  weekday: { weekday: 'short' },
  weekdayLong: { weekday: 'long' },
  dayMonth: { day: 'numeric', month: 'short' },
  dayMonthYear: { day: 'numeric', month: 'short', year: 'numeric' },
  full: { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' },
  heading: { weekday: 'long', day: 'numeric', month: 'long' },
  month: { month: 'long', year: 'numeric' },
} satisfies Record<string, Intl.DateTimeFormatOptions>;

const made = new Map<string, Intl.DateTimeFormat>();

/** A day in words. */
export function formatDay(day: Day, style: keyof typeof formats): string {
  let format = made.get(style);
  if (!format) {
    format = new Intl.DateTimeFormat(messages.locale, { ...formats[style], timeZone: 'UTC' });
    made.set(style, format);
  }
  return format.format(new Date(`${day}T00:00:00Z`));
}

/** A day as one speaks of it: Today, Tomorrow, Friday, 12 Dec. */
export function relativeDay(day: Day, today: Day): string {
  const distance = daysBetween(today, day);
  if (distance === 0) return messages.days.today;
  if (distance === 1) return messages.days.tomorrow;
  if (distance === -1) return messages.days.yesterday;
  if (distance > 1 && distance < 7) return formatDay(day, 'weekdayLong');
  return formatDay(day, day.slice(0, 4) === today.slice(0, 4) ? 'dayMonth' : 'dayMonthYear');
}

type Writing = Pick<Habits, 'hour12'>;

/** The time of a wall time, as somebody writes it: `15:00` or `3:00 pm`. */
export function timeInWords(wallTime: string, clock: Writing): string {
  return hourInWords(timeOf(wallTime), clock);
}

/** `15:00`, as somebody writes it. */
export function hourInWords(time: string, { hour12 }: Writing): string {
  if (!hour12) return time;
  const hour = Number(time.slice(0, 2));
  const { am, pm } = messages.hours;
  return `${hour % 12 || 12}${time.slice(2)} ${hour < 12 ? am : pm}`;
}

/** The same with the time, if there is one. */
export function relativeMoment(day: Day, wallTime: string | null, clock: Writing & { today: Day }): string {
  const words = relativeDay(day, clock.today);
  return wallTime === null ? words : `${words} ${timeInWords(wallTime, clock)}`;
}

/** The heading of a day in a list: `Tomorrow · Sunday 22 November`. */
export function dayHeading(day: Day, today: Day): string {
  const long = formatDay(day, 'heading');
  const isNamed = day === today || day === addDays(today, 1);
  return isNamed ? `${relativeDay(day, today)} · ${long}` : long;
}

/** An instant as one speaks of it, on the wall of somebody at home in the clock's zone. */
export function momentInWords(instant: string, clock: Writing & { zone: string; today: Day }): string {
  const wall = wallTime(Date.parse(instant), clock.zone);
  return relativeMoment(dayOf(wall), wall, clock);
}
