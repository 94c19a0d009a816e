import { expect, test } from 'vitest';
import { example } from '@/lib/tasks/example';
import { OwnVersions } from '@/lib/tasks/own-versions';
import { stillFits, update } from '@/lib/tasks/write';

const task = example({ title: 'before', tags: ['a'], due: { kind: 'date', date: '2026-11-21' }, version: 5 });

test('only what differs is written', () => {
  expect(update(task, { title: 'before', tags: ['a'] })).toBeNull();
  expect(update(task, { title: 'after', tags: ['a'] })).toMatchObject({
    fields: { title: 'after' },
    before: { title: 'before' },
    version: 5,
  });
});

test('null clears, and is a change only if there was something', () => {
  expect(update(task, { due: null })?.fields).toEqual({ due: null });
  expect(update(example(), { due: null })).toBeNull();
});

test('what others did to other fields is no conflict', () => {
  const write = update(task, { title: 'mine' })!;
  expect(stillFits(write, { ...task, priority: 'high', version: 6 })).toBe(true);
  expect(stillFits(write, { ...task, title: 'theirs', version: 6 })).toBe(false);
});

test('nobody is asked which of two places in a list is the right one', () => {
  const write = update(task, { position: 1.5 })!;
  expect(stillFits(write, { ...task, position: 7, version: 6 })).toBe(true);
});

test('our own writes move the version that was seen', () => {
  const own = new OwnVersions();
  own.moved('a', 5, 7);
  own.moved('a', 7, 8);
  own.moved('b', 8, 9);
  expect(own.after('a', 5)).toBe(8);
  expect(own.after('a', 8)).toBe(8);
  // Somebody else moved it from 8 to 9: not ours to jump over.
  expect(own.after('a', 6)).toBe(6);
});
