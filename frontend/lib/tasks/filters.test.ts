import { expect, test } from 'vitest';
import { filtersOf, isFiltered, parametersOf, queryOf } from '@/lib/tasks/filters';

const of = (address: string) => filtersOf(new URLSearchParams(address));
const PROJECT = '0193a5b2-0000-7000-8000-000000000001';

test('what an address asks for is read, and written again the same', () => {
  const address = `q=milk&status=open&priority=high&project=${PROJECT}&tag=home&due=week&sort=title`;
  const filters = of(address);
  expect(filters).toEqual({
    q: 'milk', status: 'open', priority: 'high', project: PROJECT, tag: 'home', due: 'week', sort: 'title',
  });
  const written = Object.entries(parametersOf(filters)).filter((each): each is [string, string] => each[1] !== null);
  expect(new URLSearchParams(written).toString()).toBe(address);
});

test('nonsense counts as not said', () => {
  expect(of('status=done&priority=huge&project=1&due=never&sort=x')).toEqual(of(''));
});

test('what is usual does not stand in the address', () => {
  expect(parametersOf(of(''))).toEqual({ q: null, status: null, priority: null, project: null, tag: null, due: null, sort: null });
});

test('words and an order are no filters', () => {
  expect(isFiltered(of('q=milk&sort=title'))).toBe(false);
  expect(isFiltered(of('tag=home'))).toBe(true);
});

test('days are those of the zone', () => {
  expect(queryOf(of('due=today'), '2026-11-29', 'Europe/Berlin')).toEqual({
    due_after: '2026-11-28T23:00:00.000Z', due_before: '2026-11-29T23:00:00.000Z', sort: 'due', order: 'asc',
  });
});

test('what has no word in it is not asked for', () => {
  expect(queryOf(of('q=+-+'), '2026-11-29', 'UTC')).toEqual({ sort: 'due', order: 'asc' });
  expect(queryOf(of('q=牛奶'), '2026-11-29', 'UTC')).toMatchObject({ q: '牛奶' });
});
