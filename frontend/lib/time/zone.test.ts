import { expect, test } from 'vitest';
import { startOfDay } from '@/lib/time/zone';

test.each([
  ['2026-11-29', 'UTC', '2026-11-29T00:00:00.000Z'],
  ['2026-11-29', 'Europe/Berlin', '2026-11-28T23:00:00.000Z'],
  ['2026-11-29', 'Pacific/Auckland', '2026-11-28T11:00:00.000Z'],
  // The clocks change later on that day.
  ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00.000Z'],
  ['2026-03-30', 'Europe/Berlin', '2026-03-29T22:00:00.000Z'],
  ['2026-11-02', 'America/New_York', '2026-11-02T05:00:00.000Z'],
])('%s begins in %s at %s', (day, zone, instant) => {
  expect(new Date(startOfDay(day, zone)).toISOString()).toBe(instant);
});
