import { expect, test } from 'vitest';
import { drawnOf, firstOf } from '@/lib/drawn';

const rows = Array.from({ length: 10 }, (_, index) => ({ key: `row ${index}`, height: 40 }));
const places = (kept: readonly string[]) =>
  drawnOf(rows, { from: 4, to: 6, above: 160, below: 160, kept: kept.map((key) => ({ key, top: 7 })) }).map(({ index, top }) =>
    top === undefined ? index : `${index} at ${top}`,
  );

test('what is near the screen is drawn', () => {
  expect(places([])).toEqual([4, 5]);
});

test('what is kept is drawn once, in its order', () => {
  expect(places(['row 1', 'row 2', 'row 5', 'row 8'])).toEqual(['1 at 7', '2 at 7', 4, 5, '8 at 7']);
});

test('what is gone is not kept', () => {
  expect(places(['row 11'])).toEqual([4, 5]);
});

test('before the screen is known a few are drawn, and there is room for the others', () => {
  expect(drawnOf(rows, firstOf(rows))).toHaveLength(10);
  const many = Array.from({ length: 100 }, (_, index) => ({ key: `row ${index}`, height: 40 }));
  expect(drawnOf(many, firstOf(many))).toHaveLength(24);
  expect(firstOf(many).below).toBe(76 * 40);
});
