import { expect, test } from 'vitest';
import { positionsAt } from '@/lib/tasks/position';
import { MOST_AT_ONCE } from '@/lib/tasks/write';

const others = [1, 2, 5].map((position) => ({ id: `p${position}`, position }));

test('a task alone gets a number of its own', () => {
  expect(positionsAt(['m'], 0, others)).toEqual(new Map([['m', 0]]));
  expect(positionsAt(['m'], 1, others)).toEqual(new Map([['m', 1.5]]));
  expect(positionsAt(['m'], 3, others)).toEqual(new Map([['m', 6]]));
  expect(positionsAt(['m'], 0, [])).toEqual(new Map([['m', 0]]));
});

test('several stand one after the other', () => {
  expect(positionsAt(['m', 'n'], 0, others)).toEqual(new Map([['m', -1], ['n', 0]]));
  expect(positionsAt(['m', 'n'], 2, others)).toEqual(new Map([['m', 3], ['n', 4]]));
  expect(positionsAt(['m', 'n'], 3, others)).toEqual(new Map([['m', 6], ['n', 7]]));
});

test('no more move along than can be moved at once', () => {
  const same = Array.from({ length: 300 }, (_, index) => ({ id: `s${index}`, position: index < 200 ? 1 : 2 }));
  expect(positionsAt(['m', 'n'], 50, same).size).toBe(MOST_AT_ONCE);
});

test('where no number is left, those after it move along', () => {
  const near = [...others.slice(0, 1), { id: 'near', position: 1 }, ...others.slice(1)];
  const places = positionsAt(['m'], 1, near);
  const all = near.map(({ id, position }) => ({ id, position: places.get(id) ?? position }));
  all.splice(1, 0, { id: 'm', position: places.get('m') ?? Number.NaN });
  const numbers = all.map(({ position }) => position);
  expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  expect(new Set(numbers).size).toBe(numbers.length);
});

test('however often something is put in the same place, the order stays', () => {
  let order = [
    { id: 'first', position: 0 },
    { id: 'last', position: 1 },
  ];
  for (let turn = 0; turn < 200; turn += 1) {
    const id = `t${turn}`;
    const places = positionsAt([id], 1, order);
    order.splice(1, 0, { id, position: 0 });
    order = order.map((each) => ({ ...each, position: places.get(each.id) ?? each.position }));
    for (let index = 1; index < order.length; index += 1) {
      expect(order[index]!.position).toBeGreaterThan(order[index - 1]!.position);
    }
  }
});
