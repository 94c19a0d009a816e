import type { Reminder } from '@/lib/api';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { dayOf } from '@/lib/time/day';
import { formatDay, timeInWords } from '@/lib/time/format';
import { wallTime } from '@/lib/time/zone';

const text = dialogsMessages.reminders;

type Wall = { zone: string; hour12: boolean };

const UNITS = [
  [7 * 24 * 60, text.weeks],
  [24 * 60, text.days],
  [60, text.hours],
  [1, text.minutes],
] as const;

/** A length of time in the largest unit that fits: 90 minutes, 2 hours, 1 week. */
export function lengthInWords(minutes: number): string {
  const [size, words] = UNITS.find(([each]) => minutes >= each && minutes % each === 0) ?? [1, text.minutes];
  return words(minutes / size);
}

/** When a reminder comes, as it was meant. */
export function reminderInWords({ when }: Pick<Reminder, 'when'>, clock: Wall): string {
  if (when.kind === 'at') return text.at(instantInWords(when.at, clock));
  return when.minutes === 0 ? text.atDue : text.before(lengthInWords(when.minutes));
}

/** `Fri 12 Dec, 09:00` on the wall of somebody at home in the clock's zone. */
export function instantInWords(instant: string, clock: Wall): string {
  const wall = wallTime(Date.parse(instant), clock.zone);
  const day = dayOf(wall);
  return `${formatDay(day, 'weekday')} ${formatDay(day, 'dayMonth')}, ${timeInWords(wall, clock)}`;
}
