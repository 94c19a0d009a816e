import { expect, test } from 'vitest';
import { addDays, daysBetween } from '@/lib/time/day';
import { dayHeading, relativeDay, relativeMoment, timeInWords } from '@/lib/time/format';

test('days do not know of clocks that change', () => {
  expect(addDays('2026-03-28', 2)).toBe('2026-03-30');
  expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
  expect(addDays('2028-03-01', -1)).toBe('2028-02-29');
  expect(daysBetween('2026-10-24', '2026-10-26')).toBe(2);
});

test.each([
  ['00:05', '12:05 am'],
  ['09:00', '9:00 am'],
  ['12:30', '12:30 pm'],
  ['15:00', '3:00 pm'],
])('%s is %s for who counts to twelve', (time, words) => {
  expect(timeInWords(`2026-11-21T${time}:00`, { hour12: true })).toBe(words);
  expect(timeInWords(`2026-11-21T${time}:00`, { hour12: false })).toBe(time);
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
  expect(relativeMoment('2026-11-22', '2026-11-22T15:00:00', { today, hour12: true })).toBe('Tomorrow 3:00 pm');
});
