import type { Reminder } from '@/lib/api';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { dayOf } from '@/lib/time/day';
import { formatDay, hourInWords, timeInWords } from '@/lib/time/format';
import { wallTime } from '@/lib/time/zone';

const text = dialogsMessages.reminders;

/** In minutes, as everything here. */
const DAY = 24 * 60;

type Wall = { zone: string; hour12: boolean };

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
export function reminderInWords({ when }: Pick<Reminder, 'when'>, clock: Wall, allDayAt: string | null = null): string {
  if (when.kind === 'at') return text.at(instantInWords(when.at, clock));
  if (allDayAt !== null) return beforeDayInWords(when.minutes, allDayAt, clock);
  return when.minutes === 0 ? text.atDue : text.before(lengthInWords(when.minutes));
}

/** As the server counts: whole days, and what is left of the minutes back from the hour. */
function beforeDayInWords(minutes: number, allDayAt: string, clock: Wall): string {
  const [hour = 0, minute = 0] = allDayAt.split(':').map(Number);
  const left = hour * 60 + minute - (minutes % DAY);
  const days = Math.floor(minutes / DAY) + (left < 0 ? 1 : 0);
  const at = (left + DAY) % DAY;
  const time = hourInWords([Math.floor(at / 60), at % 60].map((part) => String(part).padStart(2, '0')).join(':'), clock);
  if (days === 0) return text.onTheDay(time);
  if (days === 1) return text.theDayBefore(time);
  return days === 7 ? text.aWeekBefore(time) : text.daysBefore(lengthInWords(days * DAY), time);
}

/** `Fri 12 Dec, 09:00` on the wall of somebody at home in the clock's zone. */
export function instantInWords(instant: string, clock: Wall): string {
  const wall = wallTime(Date.parse(instant), clock.zone);
  const day = dayOf(wall);
  return `${formatDay(day, 'weekday')} ${formatDay(day, 'dayMonth')}, ${timeInWords(wall, clock)}`;
}
