import { expect, test } from 'vitest';
import { example } from '@/lib/tasks/example';
import { hasAll, search, words } from '@/lib/tasks/search';

const titles = (typed: string, ...tasks: Parameters<typeof example>[0][]) =>
  search(tasks.map((fields) => example(fields)), typed, 2).map(({ title }) => title);

test('all words have to be there, in any order and case', () => {
  expect(hasAll('+Winter Garden', words('GARDEN win'))).toBe(true);
  expect(hasAll('+Winter Garden', words('+win'))).toBe(true);
  expect(hasAll('Winter garden', words('winter yard'))).toBe(false);
});

test('open tasks and those found by title come first, and only a few', () => {
  const done = { title: 'Rake (done)', completed: true };
  const notes = { title: 'Tidy up', description: 'with the rake' };
  expect(titles('rake', done, notes, { title: 'Rake the leaves' })).toEqual(['Rake the leaves', 'Tidy up']);
  expect(titles('', notes)).toEqual([]);
});
