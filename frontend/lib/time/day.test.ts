import { expect, test } from 'vitest';
import { addDays, daysBetween, monthPage, nextWeekday, weekday } from '@/lib/time/day';
import { dayHeading, relativeDay } from '@/lib/time/format';

test('days do not know of clocks that change', () => {
  expect(addDays('2026-03-28', 2)).toBe('2026-03-30');
  expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
  expect(addDays('2028-03-01', -1)).toBe('2028-02-29');
  expect(daysBetween('2026-10-24', '2026-10-26')).toBe(2);
});

test('weeks begin on Monday', () => {
  expect(weekday('2026-11-22')).toBe(7);
  expect(nextWeekday('2026-11-21', 6)).toBe('2026-11-28');
  expect(nextWeekday('2026-11-21', 1)).toBe('2026-11-23');
});

test('a month’s page holds all of it', () => {
  const page = monthPage(2026, 11);
  expect(page[0]).toBe('2026-10-26');
  expect(page.at(-1)).toBe('2026-12-06');
  expect(monthPage(2027, 2)).toHaveLength(28);
  expect(page).toContain('2026-11-30');
});

test('days as one speaks of them', () => {
  const today = '2026-11-21';
  expect(relativeDay('2026-11-21', today)).toBe('Today');
  expect(relativeDay('2026-11-22', today)).toBe('Tomorrow');
  expect(relativeDay('2026-11-20', today)).toBe('Yesterday');
  expect(relativeDay('2026-11-26', today)).toBe('Thursday');
  expect(relativeDay('2026-11-28', today)).toBe('28 Nov');
  expect(relativeDay('2027-01-02', today)).toBe('2 Jan 2027');
  expect(dayHeading('2026-11-22', today)).toBe('Tomorrow · Sunday 22 November');
});
