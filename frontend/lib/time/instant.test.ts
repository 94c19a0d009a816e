import { expect, test } from 'vitest';
import { instantOf } from '@/lib/time/instant';
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
