import { expect, test } from 'vitest';
import { byDay, changeSets, type HistoryEntry } from '@/lib/history/sets';
import { actorInWords, fieldInWords, tellingChanges, valueInWords, type Context } from '@/lib/history/words';

const entry = (seq: number, set: string, timestamp = '2026-11-20T12:00:00Z'): HistoryEntry => ({
  seq,
  event_id: `e${seq}`,
  event_type: 'task.updated',
  timestamp,
  change_set_id: set,
  actor: { kind: 'user' },
  correlation_id: 'c',
  what: { kind: 'task', id: 't', name: 'Water the plants' },
  changes: [],
});

test('what was changed together stands together, as it happened', () => {
  const sets = changeSets([entry(4, 'b'), entry(3, 'a'), entry(2, 'a'), entry(1, 'c')], 'UTC');
  expect(sets.map(({ id, entries }) => [id, entries.map(({ seq }) => seq)])).toEqual([['b', [4]], ['a', [2, 3]], ['c', [1]]]);
});

test('days are those of the zone', () => {
  const late = [entry(2, 'b', '2026-11-20T23:30:00Z'), entry(1, 'a', '2026-11-20T12:00:00Z')];
  expect(byDay(changeSets(late, 'Europe/Berlin')).map(({ day }) => day)).toEqual(['2026-11-21', '2026-11-20']);
  expect(byDay(changeSets(late, 'UTC')).map(({ day }) => day)).toEqual(['2026-11-20']);
});

const context: Context = {
  projects: [{ id: 'p', name: 'House' }],
  titleOf: (id) => (id === 't' ? 'Water the plants' : null),
  tokens: [{ id: 'k', name: 'Laptop' }],
  clock: { zone: 'Europe/Berlin', today: '2026-11-29', hour12: false },
};

test.each([
  ['title', '<b>x</b>', '<b>x</b>'],
  ['priority', 'high', 'High'],
  ['project_id', 'p', 'House'],
  ['project_id', 'gone', 'A deleted project'],
  ['project_id', null, 'Nothing'],
  ['parent_id', 't', 'Water the plants'],
  ['tags', ['a', 'b'], '#a #b'],
  ['tags', [], 'Nothing'],
  ['due', { kind: 'date', date: '2026-12-01' }, '1 Dec 2026'],
  ['due', { kind: 'zoned', local: '2026-12-01T09:00:00', zone: 'Asia/Tokyo' }, '1 Dec 2026, 09:00 (Asia/Tokyo)'],
  ['due', { kind: 'lunar', moon: 3 }, '{"kind":"lunar","moon":3}'],
  ['recurrence', { rule: 'FREQ=DAILY' }, 'Every day'],
  ['reminders', [{}, {}], '2 reminders'],
  ['read_at', '2026-11-28T23:30:00Z', 'Today 00:30'],
  ['something_new', { a: 1 }, '{"a":1}'],
])('%s %j is “%s”', (field, value, words) => {
  expect(valueInWords(field, value, context)).toBe(words);
});

test.each([
  ['FREQ=WEEKLY', 'Every week'],
  ['FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;COUNT=10', 'Every 2 weeks on Monday, Friday 10 times'],
  ['FREQ=MONTHLY;BYMONTHDAY=-1', 'Every month on the last day'],
  ['FREQ=MONTHLY;BYMONTHDAY=15', 'Every month on the 15th'],
  ['FREQ=MONTHLY;BYDAY=2TU;UNTIL=20270131', 'Every month on the second Tuesday until 31 Jan 2027'],
  ['FREQ=MONTHLY;BYDAY=-1FR', 'Every month on the last Friday'],
  ['FREQ=YEARLY;BYMONTH=3,9', 'FREQ=YEARLY;BYMONTH=3,9'],
  ['FREQ=MONTHLY;BYMONTHDAY=1,15', 'FREQ=MONTHLY;BYMONTHDAY=1,15'],
])('the rule %s is “%s”', (rule, words) => {
  expect(valueInWords('recurrence', { rule }, context)).toBe(words);
});

test.each([
  [{ kind: 'user' }, 'You'],
  [{ kind: 'agent_run', id: 'r' }, 'An agent'],
  [{ kind: 'agent_run', id: 'r', token_id: 'k' }, 'An agent, with the token “Laptop”'],
  [{ kind: 'agent_run', id: 'r', token_id: 'gone' }, 'An agent, with a deleted token'],
  [{ kind: 'token', id: 'k' }, 'An app, with the token “Laptop”'],
])('%j is “%s”', (actor, words) => {
  expect(actorInWords(actor, context)).toBe(words);
});

test('no token is said to be gone before they are known', () => {
  expect(actorInWords({ kind: 'token', id: 'k' }, { tokens: null })).toBe('An app');
});

test('fields have names, also those that came later', () => {
  expect([fieldInWords('due'), fieldInWords('something_new')]).toEqual(['Due', 'something new']);
});

test('what the event says by its name is not said again', () => {
  const changes = ['completed_at', 'title', 'position'].map((field) => ({ field, before: null, after: 1 }));
  expect(tellingChanges(changes).map(({ field }) => field)).toEqual(['title']);
  const fresh = [
    { field: 'title', before: null, after: 'x' },
    { field: 'priority', before: null, after: 'none' },
    { field: 'tags', before: null, after: ['a'] },
  ];
  expect(tellingChanges(fresh, true).map(({ field }) => field)).toEqual(['tags']);
});
