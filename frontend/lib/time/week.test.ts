import { expect, test } from 'vitest';
import { monthPage, nextWeekday, weekday, weekOf } from '@/lib/time/week';

test('weekdays are counted from Monday', () => {
  expect(weekday('2026-11-22')).toBe(7);
  expect(nextWeekday('2026-11-21', 6)).toBe('2026-11-28');
  expect(nextWeekday('2026-11-21', 1)).toBe('2026-11-23');
});

test.each([
  ['monday', '2026-11-16', '2026-11-22'],
  ['sunday', '2026-11-22', '2026-11-28'],
  ['saturday', '2026-11-21', '2026-11-27'],
] as const)('a week from %s on is that of a Sunday from %s to %s', (weekStart, first, last) => {
  const week = weekOf('2026-11-22', weekStart);
  expect([week.length, week[0], week.at(-1)]).toEqual([7, first, last]);
});

test('a month’s page holds all of it', () => {
  const page = monthPage(2026, 11, 'monday');
  expect(page[0]).toBe('2026-10-26');
  expect(page.at(-1)).toBe('2026-12-06');
  expect(page).toContain('2026-11-30');
  expect(monthPage(2027, 2, 'monday')).toHaveLength(28);
  // The first of November is a Sunday.
  expect(monthPage(2026, 11, 'sunday').at(0)).toBe('2026-11-01');
  expect(monthPage(2026, 11, 'saturday').at(0)).toBe('2026-10-31');
});
