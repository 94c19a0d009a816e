import type { Reminder } from '@/lib/api';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { dayOf, timeOf } from '@/lib/time/day';
import { formatDay } from '@/lib/time/format';
import { wallTime } from '@/lib/time/zone';

const text = dialogsMessages.reminders;

/** In minutes, as everything here. */
const DAY = 24 * 60;

const UNITS = [
  [7 * DAY, text.weeks],
  [DAY, text.days],
  [60, text.hours],
  [1, text.minutes],
] as const;

/** A length of time in the largest unit that fits: 90 minutes, 2 hours, 1 week. */
export function lengthInWords(minutes: number): string {
  const [size, words] = UNITS.find(([each]) => minutes >= each && minutes % each === 0) ?? [1, text.minutes];
  return words(minutes / size);
}

/** When a reminder comes, as it was meant; `allDayAt` is the hour from which it is counted where the due has no time. */
export function reminderInWords({ when }: Pick<Reminder, 'when'>, zone: string, allDayAt: string | null = null): string {
  if (when.kind === 'at') return text.at(instantInWords(when.at, zone));
  if (allDayAt !== null) return beforeDayInWords(when.minutes, allDayAt);
  return when.minutes === 0 ? text.atDue : text.before(lengthInWords(when.minutes));
}

/** As the server counts: whole days, and what is left of the minutes back from the hour. */
function beforeDayInWords(minutes: number, allDayAt: string): string {
  const [hour = 0, minute = 0] = allDayAt.split(':').map(Number);
  const left = hour * 60 + minute - (minutes % DAY);
  const days = Math.floor(minutes / DAY) + (left < 0 ? 1 : 0);
  const at = (left + DAY) % DAY;
  const time = [Math.floor(at / 60), at % 60].map((part) => String(part).padStart(2, '0')).join(':');
  if (days === 0) return text.onTheDay(time);
  if (days === 1) return text.theDayBefore(time);
  return days === 7 ? text.aWeekBefore(time) : text.daysBefore(lengthInWords(days * DAY), time);
}

/** `Fri 12 Dec, 09:00` on the wall of somebody at home in a zone. */
export function instantInWords(instant: string, zone: string): string {
  const wall = wallTime(Date.parse(instant), zone);
  const day = dayOf(wall);
  return `${formatDay(day, 'weekday')} ${formatDay(day, 'dayMonth')}, ${timeOf(wall)}`;
}
