import type { Day } from '@/lib/time/day';
import { weekday } from '@/lib/time/week';

export const UNITS = ['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'] as const;
export type Unit = (typeof UNITS)[number];

/** As in a rule, Monday first. */
export const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** Which day of a month: its number, its last, or such as its second Tuesday (-1: its last one). */
export type MonthDay = { kind: 'day' } | { kind: 'last' } | { kind: 'weekday'; nth: number; weekday: Weekday };

export type End = { kind: 'never' } | { kind: 'count'; times: number } | { kind: 'until'; day: Day };

/** As much of a recurrence rule as can be set by hand; the server knows more. */
export type Rule = { unit: Unit; every: number; weekdays: readonly Weekday[]; monthDay: MonthDay; end: End };

export const DAILY: Rule = { unit: 'DAILY', every: 1, weekdays: [], monthDay: { kind: 'day' }, end: { kind: 'never' } };

/** The text of a rule for tasks that are due on a day. */
export function ruleText({ unit, every, weekdays, monthDay, end }: Rule): string {
  const parts = [`FREQ=${unit}`];
  if (every > 1) parts.push(`INTERVAL=${every}`);
  if (unit === 'WEEKLY' && weekdays.length > 0) {
    parts.push(`BYDAY=${WEEKDAYS.filter((day) => weekdays.includes(day)).join(',')}`);
  }
  if (unit === 'MONTHLY' && monthDay.kind === 'last') parts.push('BYMONTHDAY=-1');
  if (unit === 'MONTHLY' && monthDay.kind === 'weekday') parts.push(`BYDAY=${monthDay.nth}${monthDay.weekday}`);
  if (end.kind === 'count') parts.push(`COUNT=${end.times}`);
  if (end.kind === 'until') parts.push(`UNTIL=${end.day.replaceAll('-', '')}`);
  return parts.join(';');
}

/** The rule of a text for a task that is due on a day; null if it says more than can be set by hand. */
export function parseRule(text: string, due: Day): Rule | null {
  const parts = new Map(text.split(';').map((part) => part.split('=', 2) as [string, string]));
  const take = (name: string) => {
    const value = parts.get(name);
    parts.delete(name);
    return value;
  };
  const unit = UNITS.find((each) => each === parts.get('FREQ'));
  if (!unit) return null;
  parts.delete('FREQ');
  // Weeks begin on Monday unless it is said; only rules of several weeks could tell.
  if (parts.get('WKST') === 'MO') parts.delete('WKST');
  const every = Number(take('INTERVAL') ?? 1);
  const weekdays = unit === 'WEEKLY' ? weekdaysOf(take('BYDAY')) : [];
  const monthDay = unit === 'MONTHLY' ? monthDayOf(take('BYDAY'), take('BYMONTHDAY'), due) : { kind: 'day' as const };
  const end = endOf(take('COUNT'), take('UNTIL'));
  if (parts.size > 0 || weekdays === null || monthDay === null || !Number.isInteger(every)) return null;
  return { unit, every, weekdays, monthDay, end };
}

function weekdaysOf(value: string | undefined): Weekday[] | null {
  if (value === undefined) return [];
  const names = value.split(',');
  const known = WEEKDAYS.filter((day) => names.includes(day));
  return known.length === names.length ? known : null;
}

function monthDayOf(byDay: string | undefined, byMonthDay: string | undefined, due: Day): MonthDay | null {
  if (byDay === undefined) {
    if (byMonthDay === '-1') return { kind: 'last' };
    return byMonthDay === undefined || Number(byMonthDay) === Number(due.slice(8)) ? { kind: 'day' } : null;
  }
  const [, nth, name] = /^(-1|[1-4])([A-Z]{2})$/.exec(byDay) ?? [];
  const weekday = WEEKDAYS.find((day) => day === name);
  return weekday && byMonthDay === undefined ? { kind: 'weekday', nth: Number(nth), weekday } : null;
}

function endOf(count: string | undefined, until: string | undefined): End {
  if (count !== undefined) return { kind: 'count', times: Number(count) };
  if (until === undefined) return { kind: 'never' };
  return { kind: 'until', day: `${until.slice(0, 4)}-${until.slice(4, 6)}-${until.slice(6, 8)}` };
}

/** The weekday of a day, and which one of its month it is: 5 is the last. */
export function placeInMonth(day: Day): { weekday: Weekday; nth: number } {
  const nth = Math.ceil(Number(day.slice(8)) / 7);
  return { weekday: WEEKDAYS[weekday(day) - 1] ?? 'MO', nth: nth === 5 ? -1 : nth };
}

export function isLastOfMonth(day: Day): boolean {
  const [year = 0, month = 1] = day.split('-').map(Number);
  return Number(day.slice(8)) === new Date(Date.UTC(year, month, 0)).getUTCDate();
}
