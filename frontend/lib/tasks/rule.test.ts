import { expect, test } from 'vitest';
import { DAILY, isLastOfMonth, parseRule, placeInMonth, ruleText } from '@/lib/tasks/rule';

const DUE = '2026-11-24';

test.each([
  'FREQ=DAILY',
  'FREQ=DAILY;INTERVAL=3',
  'FREQ=WEEKLY;BYDAY=MO,WE,FR',
  'FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;COUNT=10',
  'FREQ=MONTHLY',
  'FREQ=MONTHLY;BYMONTHDAY=-1',
  'FREQ=MONTHLY;BYDAY=2TU',
  'FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20270131',
  'FREQ=YEARLY',
])('%s can be set by hand', (text) => {
  const rule = parseRule(text, DUE);
  expect(rule && ruleText(rule)).toBe(text);
});

test('the day of the month is that of the task', () => {
  const rule = parseRule('FREQ=MONTHLY;BYMONTHDAY=24', DUE);
  expect(rule && ruleText(rule)).toBe('FREQ=MONTHLY');
});

test.each([
  'FREQ=MONTHLY;BYMONTHDAY=3',
  'FREQ=MONTHLY;BYMONTHDAY=1,15',
  'FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1',
  'FREQ=YEARLY;BYMONTH=3,9',
  'FREQ=WEEKLY;BYDAY=1MO',
  'FREQ=HOURLY',
])('%s is more than that, and stays as it is', (text) => {
  expect(parseRule(text, DUE)).toBeNull();
});

test('what belongs to another unit is left out', () => {
  expect(ruleText({ ...DAILY, weekdays: ['MO'], monthDay: { kind: 'last' } })).toBe('FREQ=DAILY');
});

test('a day knows its place in the month', () => {
  expect(placeInMonth('2026-11-24')).toEqual({ weekday: 'TU', nth: 4 });
  expect(placeInMonth('2026-11-30')).toEqual({ weekday: 'MO', nth: -1 });
  expect(isLastOfMonth('2026-11-30')).toBe(true);
  expect(isLastOfMonth('2028-02-28')).toBe(false);
});
