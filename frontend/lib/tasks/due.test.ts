import { expect, test } from 'vitest';
import type { Due } from '@/lib/api';
import { clockAt, dueKey, dueMoment, isOverdue } from '@/lib/tasks/due';
import { example } from '@/lib/tasks/example';

const at = (instant: string, zone: string) => clockAt(Date.parse(instant), zone);
const day = (date: string): Due => ({ kind: 'date', date });
const floating = (local: string): Due => ({ kind: 'floating', local });
const zoned = (local: string, zone: string): Due => ({ kind: 'zoned', local, zone });

test('today is where the person is, not where the server is', () => {
  expect(at('2026-11-21T23:30:00Z', 'Europe/Berlin').today).toBe('2026-11-22');
  expect(at('2026-11-21T23:30:00Z', 'America/New_York').today).toBe('2026-11-21');
});

test('a day is over when it ends, at home', () => {
  expect(isOverdue(day('2026-11-21'), at('2026-11-21T22:59:00Z', 'Europe/Berlin'))).toBe(false);
  expect(isOverdue(day('2026-11-21'), at('2026-11-21T23:01:00Z', 'Europe/Berlin'))).toBe(true);
});

test('a floating time follows the person', () => {
  const nine = floating('2026-11-21T09:00:00');
  expect(isOverdue(nine, at('2026-11-21T08:30:00Z', 'Europe/Berlin'))).toBe(true);
  expect(isOverdue(nine, at('2026-11-21T08:30:00Z', 'Europe/London'))).toBe(false);
});

test('a zoned time stays with its place', () => {
  const nine = zoned('2026-11-21T09:00:00', 'America/New_York');
  expect(isOverdue(nine, at('2026-11-21T13:59:00Z', 'Asia/Tokyo'))).toBe(false);
  expect(isOverdue(nine, at('2026-11-21T14:01:00Z', 'Asia/Tokyo'))).toBe(true);
  const task = { due: nine, due_at: '2026-11-21T14:00:00Z' };
  expect(dueMoment(task, 'Asia/Tokyo')).toEqual({ day: '2026-11-21', time: '2026-11-21T23:00:00' });
});

test('across a change of the clocks', () => {
  // Berlin leaves summer time on 25 October 2026 at 01:00 UTC.
  expect(at('2026-10-24T22:30:00Z', 'Europe/Berlin').wall).toBe('2026-10-25T00:30:00');
  expect(at('2026-10-25T01:30:00Z', 'Europe/Berlin').wall).toBe('2026-10-25T02:30:00');
  expect(isOverdue(floating('2026-10-25T03:00:00'), at('2026-10-25T01:59:00Z', 'Europe/Berlin'))).toBe(false);
  expect(isOverdue(floating('2026-10-25T03:00:00'), at('2026-10-25T02:01:00Z', 'Europe/Berlin'))).toBe(true);
});

test('times come before the whole day, and no date comes last', () => {
  const key = (due: Due | null) => dueKey(example({ due }), 'UTC');
  const keys = [floating('2026-11-21T09:00:00'), day('2026-11-21'), day('2026-11-22'), null].map(key);
  expect([...keys].sort()).toEqual(keys);
});
