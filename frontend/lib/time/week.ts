import { addDays, daysBetween, type Day } from '@/lib/time/day';
import type { WeekStart } from '@/lib/time/habits';

const STARTS: Record<WeekStart, number> = { monday: 1, saturday: 6, sunday: 7 };

/** Monday is 1, Sunday 7. */
export function weekday(day: Day): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay() || 7;
}

/** The next such weekday after a day: a week later if it is one. */
export function nextWeekday(day: Day, wanted: number): Day {
  return addDays(day, ((wanted - weekday(day) + 6) % 7) + 1);
}

/** The week of a day, for somebody whose weeks begin so. */
export function weekOf(day: Day, weekStart: WeekStart): Day[] {
  const first = addDays(day, -((weekday(day) - STARTS[weekStart] + 7) % 7));
  return Array.from({ length: 7 }, (_, index) => addDays(first, index));
}

/** The weeks that a month touches. */
export function monthPage(year: number, month: number, weekStart: WeekStart): Day[] {
  const first = `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-01`;
  const [start = first] = weekOf(first, weekStart);
  const last = new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10);
  const days = daysBetween(start, last) + 1;
  return Array.from({ length: Math.ceil(days / 7) * 7 }, (_, index) => addDays(start, index));
}
