import { expect, test } from 'vitest';
import { dueOn } from '@/lib/tasks/due-day';
import { example } from '@/lib/tasks/example';

test('on another day each task keeps the time that it has, and one without has none', () => {
  const dues = [
    { kind: 'floating', local: '2026-11-24T09:00:00' },
    { kind: 'zoned', local: '2026-11-25T15:00:00', zone: 'Europe/Berlin' },
    { kind: 'date', date: '2026-11-26' },
    null,
  ] as const;
  expect(dues.map((due) => dueOn(example({ due }), '2026-12-01', 'Europe/Berlin'))).toEqual([
    { kind: 'floating', local: '2026-12-01T09:00:00' },
    { kind: 'zoned', local: '2026-12-01T15:00:00', zone: 'Europe/Berlin' },
    { kind: 'date', date: '2026-12-01' },
    { kind: 'date', date: '2026-12-01' },
  ]);
});

test('a day is the one on which it is seen, not that of the place where it is due', () => {
  const due = { kind: 'zoned', local: '2026-11-25T20:00:00', zone: 'America/New_York' } as const;
  const task = example({ due, due_at: '2026-11-26T01:00:00Z' });
  expect(dueOn(task, '2026-12-01', 'Europe/Berlin')).toEqual({ ...due, local: '2026-11-30T20:00:00' });
});
