import { expect, test } from 'vitest';
import { daysOf, entriesByDay, shownDay, turn } from '@/lib/tasks/calendar';
import { moveTo } from '@/lib/tasks/due-day';
import { example } from '@/lib/tasks/example';

const clock = (zone: string) => ({ zone, hour12: false });

test('a week begins as weeks do for somebody, a month page with the week of the first', () => {
  expect(daysOf('week', '2026-11-29', 'monday')).toEqual([
    '2026-11-23', '2026-11-24', '2026-11-25', '2026-11-26', '2026-11-27', '2026-11-28', '2026-11-29',
  ]);
  expect(daysOf('week', '2026-11-29', 'sunday').at(0)).toBe('2026-11-29');
  const month = daysOf('month', '2026-11-29', 'monday');
  expect([month.at(0), month.at(-1), month.length % 7]).toEqual(['2026-10-26', '2026-12-06', 0]);
});

test('an address without a day that exists shows today', () => {
  expect(shownDay('2026-12-24', '2026-11-29')).toBe('2026-12-24');
  expect([null, '2026-02-30', 'soon'].map((wanted) => shownDay(wanted, '2026-11-29'))).toEqual(['2026-11-29', '2026-11-29', '2026-11-29']);
});

test('pages are turned by weeks and months, over the end of a year', () => {
  expect(turn('week', '2026-12-30', 1)).toBe('2027-01-06');
  expect(turn('month', '2026-12-31', 1)).toBe('2027-01-01');
  expect(turn('month', '2026-03-31', -1)).toBe('2026-02-01');
});

test('times come in their order, whole days after them, what is done last', () => {
  const tasks = [
    example({ id: 'day', due: { kind: 'date', date: '2026-11-25' } }),
    example({ id: 'late', due: { kind: 'floating', local: '2026-11-25T18:00:00' } }),
    example({ id: 'early', due: { kind: 'floating', local: '2026-11-25T08:00:00' } }),
    example({ id: 'done', completed: true, due: { kind: 'floating', local: '2026-11-25T07:00:00' } }),
    example({ id: 'elsewhere', due: { kind: 'date', date: '2027-01-01' } }),
    example({ id: 'none' }),
  ];
  const entries = entriesByDay(tasks, [], daysOf('week', '2026-11-25', 'monday'), clock('UTC'));
  expect(entries.get('2026-11-25')?.map(({ key, time }) => [key, time])).toEqual([
    ['early', '08:00'], ['late', '18:00'], ['day', null], ['done', '07:00'],
  ]);
  expect(entries.get('2026-11-26')).toEqual([]);
});

test('a time of another zone stands on the day that it is here', () => {
  const due = { kind: 'zoned', local: '2026-11-25T20:00:00', zone: 'America/New_York' } as const;
  const task = example({ due, due_at: '2026-11-26T01:00:00Z' });
  const entries = entriesByDay([task], [], daysOf('week', '2026-11-25', 'monday'), clock('Europe/Berlin'));
  expect(entries.get('2026-11-26')?.map(({ time }) => time)).toEqual(['02:00']);
});

test('what a series will bring is shown, unless it is a task already', () => {
  const task = example({ id: 'a', due: { kind: 'date', date: '2026-11-24' } });
  const on = (day: string, state: 'planned' | 'open', id: string | null) => ({
    task,
    occurrence: { occurrence: day, state, task_id: id, due: { kind: 'date', date: day } as const },
  });
  const planned = [on('2026-11-24', 'open', 'a'), on('2026-11-25', 'planned', null)];
  const entries = entriesByDay([task], planned, daysOf('week', '2026-11-25', 'monday'), clock('UTC'));
  expect(entries.get('2026-11-24')?.map(({ isPlanned }) => isPlanned)).toEqual([false]);
  expect(entries.get('2026-11-25')?.map(({ isPlanned }) => isPlanned)).toEqual([true]);
});

test('a task that is moved keeps its time and its place', () => {
  expect(moveTo({ kind: 'zoned', local: '2026-11-25T20:00:00', zone: 'Asia/Tokyo' }, '2026-12-01')).toEqual({
    kind: 'zoned', local: '2026-12-01T20:00:00', zone: 'Asia/Tokyo',
  });
  expect(moveTo({ kind: 'date', date: '2026-11-25' }, '2026-12-01')).toEqual({ kind: 'date', date: '2026-12-01' });
  // Seen on the 26th, because it is the next morning here.
  expect(moveTo({ kind: 'zoned', local: '2026-11-25T20:00:00', zone: 'America/New_York' }, '2026-12-01', '2026-11-26')).toEqual({
    kind: 'zoned', local: '2026-11-30T20:00:00', zone: 'America/New_York',
  });
  expect(moveTo(null, '2026-12-01')).toEqual({ kind: 'date', date: '2026-12-01' });
});
