import { expect, test } from 'vitest';
import { reminderInWords } from '@/lib/tasks/reminders';

const UTC = { zone: 'UTC', hour12: false };
const before = (minutes: number) => ({ when: { kind: 'before', minutes } as const });

test.each([
  [0, 'When it’s due'],
  [90, '90 minutes before'],
  [24 * 60, '1 day before'],
])('%i minutes before a time are “%s”', (minutes, words) => {
  expect(reminderInWords(before(minutes), UTC)).toBe(words);
});

test.each([
  [0, 'On the day, 09:00'],
  [10, 'On the day, 08:50'],
  [10 * 60, 'The day before, 23:00'],
  [24 * 60, 'The day before, 09:00'],
  [2 * 24 * 60 + 30, '2 days before, 08:30'],
  [7 * 24 * 60, 'A week before, 09:00'],
  [14 * 24 * 60, '2 weeks before, 09:00'],
])('%i minutes before a day are counted from its hour: “%s”', (minutes, words) => {
  expect(reminderInWords(before(minutes), UTC, '09:00')).toBe(words);
});

test('the hour is written as somebody writes it', () => {
  expect(reminderInWords(before(10), { ...UTC, hour12: true }, '09:00')).toBe('On the day, 8:50 am');
});

test('a moment is a moment, whatever is due when', () => {
  const at = { when: { kind: 'at', at: '2026-12-11T08:00:00Z' } as const };
  expect(reminderInWords(at, { zone: 'Europe/Berlin', hour12: false }, '09:00')).toBe(reminderInWords(at, { zone: 'Europe/Berlin', hour12: false }));
});
