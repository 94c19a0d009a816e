import { historyMessages } from '@/lib/messages/history';
import { parseRule, WEEKDAYS, type Rule, type Weekday } from '@/lib/tasks/rule';
import { addDays } from '@/lib/time/day';
import { formatDay } from '@/lib/time/format';

const text = historyMessages.rule;
/** Any Monday, to have the names of weekdays from. */
const MONDAY = '2026-11-23';

/** A rule in words, without the task that it was set for; one that says more than can be set by hand as it is. */
export function ruleInWords(written: string): string {
  const dayOfMonth = /BYMONTHDAY=(\d+)/.exec(written)?.[1] ?? '';
  const rule = parseRule(written, `2000-01-${dayOfMonth}`);
  if (!rule) return written;
  const { every, unit, end } = rule;
  const on = unit === 'WEEKLY' ? rule.weekdays.map(named).join(', ') : inMonth(rule, dayOfMonth);
  const parts = [
    text.every(every, unit),
    on === '' ? null : text.on(on),
    end.kind === 'count' ? text.times(end.times) : null,
    end.kind === 'until' ? text.until(formatDay(end.day, 'dayMonthYear')) : null,
  ];
  return parts.filter((part) => part !== null).join(' ');
}

function inMonth({ monthDay }: Rule, dayOfMonth: string): string {
  switch (monthDay.kind) {
    case 'day':
      return dayOfMonth === '' ? '' : text.day(Number(dayOfMonth));
    case 'last':
      return text.lastDay;
    case 'weekday':
      return text.nth(monthDay.nth, named(monthDay.weekday));
  }
}

function named(weekday: Weekday): string {
  return formatDay(addDays(MONDAY, WEEKDAYS.indexOf(weekday)), 'weekdayLong');
}
