import { expect, test } from 'vitest';
import type { Profile } from '@/lib/api';
import { habitsOfDevice } from '@/lib/time/device';
import { habitsOf } from '@/lib/time/habits';

const profile = (settings: unknown) => ({ settings }) as Profile;
const american = { hour12: true, weekStart: 'sunday' } as const;

test('what the settings say counts, and else what the device is used to', () => {
  expect(habitsOf(undefined, american)).toEqual(american);
  expect(habitsOf(profile({ hour12: 'no', week_start: 'friday' }), american)).toEqual(american);
  expect(habitsOf(profile({ hour12: false }), american)).toEqual({ hour12: false, weekStart: 'sunday' });
  expect(habitsOf(profile({ week_start: 'saturday' }), american)).toEqual({ hour12: true, weekStart: 'saturday' });
});

test.each([
  ['en-GB', false],
  ['en-US', true],
  ['de', false],
])('times in %s have twelve hours: %s', (language, hour12) => {
  expect(habitsOfDevice(language).hour12).toBe(hour12);
});
