import { expect, test } from 'vitest';
import { Heights } from '@/lib/virtual';

const row = (key: string) => ({ key, height: 40 });
const heights = (count: number) => new Heights(Array.from({ length: count }, (_, index) => row(`row ${index}`)));

test('only what touches the window is drawn', () => {
  expect(heights(5_000).range(0, 100)).toEqual([0, 3]);
  expect(heights(5_000).range(100_000, 100_100)).toEqual([2_500, 2_503]);
  expect(heights(5_000).range(199_990, 300_000)).toEqual([4_999, 5_000]);
});

test('an empty list has no rows, a short one all of them', () => {
  expect(heights(0).range(0, 100)).toEqual([0, 0]);
  expect(heights(2).range(-400, 1_000)).toEqual([0, 2]);
});

test('what was measured counts, wherever it has moved to', () => {
  const all = heights(3);
  expect(all.measure([['row 0', 100]])).toBe(true);
  expect(all.measure([['row 0', 100]])).toBe(false);
  expect(all.total).toBe(180);
  all.follow([row('row 2'), row('row 0')]);
  expect([all.offset(0), all.offset(1), all.total]).toEqual([0, 40, 140]);
});

test('what has no height was not drawn', () => {
  const all = heights(1);
  expect(all.measure([['row 0', 0]])).toBe(false);
  expect(all.total).toBe(40);
});
