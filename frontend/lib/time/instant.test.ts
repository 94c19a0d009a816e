import { expect, test } from 'vitest';
import { instantOf, startOfDay } from '@/lib/time/instant';
import { wallTime } from '@/lib/time/zone';

test.each([
  ['2026-11-21T09:00:00', 'Europe/Berlin', '2026-11-21T08:00:00.000Z'],
  ['2026-07-21T09:00:00', 'Europe/Berlin', '2026-07-21T07:00:00.000Z'],
  // Hours after the clocks were changed.
  ['2027-03-28T09:00:00', 'Europe/Berlin', '2027-03-28T07:00:00.000Z'],
  ['2026-10-25T09:00:00', 'Europe/Berlin', '2026-10-25T08:00:00.000Z'],
  // Twice: the first of the two.
  ['2026-10-25T02:30:00', 'Europe/Berlin', '2026-10-25T00:30:00.000Z'],
  ['2026-11-21T09:00:00', 'Asia/Kathmandu', '2026-11-21T03:15:00.000Z'],
  ['2026-11-21T09:00:00', 'UTC', '2026-11-21T09:00:00.000Z'],
])('%s in %s is %s', (wall, zone, instant) => {
  expect(instantOf(wall, zone)).toBe(instant);
  expect(wallTime(Date.parse(instant), zone)).toBe(wall);
});

test('a time that the clocks leave out is as much later as they jump', () => {
  const instant = instantOf('2027-03-28T02:30:00', 'Europe/Berlin');
  expect(wallTime(Date.parse(instant), 'Europe/Berlin')).toBe('2027-03-28T03:30:00');
});

test.each([
  ['2026-11-29', 'UTC', '2026-11-29T00:00:00.000Z'],
  ['2026-11-29', 'Europe/Berlin', '2026-11-28T23:00:00.000Z'],
  ['2026-11-29', 'Pacific/Auckland', '2026-11-28T11:00:00.000Z'],
  // The clocks change later on that day.
  ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00.000Z'],
  ['2026-03-30', 'Europe/Berlin', '2026-03-29T22:00:00.000Z'],
  ['2026-11-02', 'America/New_York', '2026-11-02T05:00:00.000Z'],
  // There is no midnight: the day begins at one.
  ['2026-09-06', 'America/Santiago', '2026-09-06T04:00:00.000Z'],
  // There are two.
  ['2026-11-01', 'America/Havana', '2026-11-01T04:00:00.000Z'],
])('%s begins in %s at %s', (day, zone, instant) => {
  expect(startOfDay(day, zone)).toBe(instant);
});
