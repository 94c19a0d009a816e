import { expect, test } from 'vitest';
import { nearest } from '@/components/tasks/drag/directions';

/** Days of a calendar, two rows of three. */
const boxes = [0, 1].flatMap((row) =>
  [0, 1, 2].map((column) => ({ id: `${row}${column}`, left: column * 100, top: row * 80, width: 100, height: 80 })),
);
const at = (id: string) => boxes.find((box) => box.id === id) ?? boxes[0]!;
const go = (id: string, direction: [number, number]) =>
  nearest(at(id), boxes.filter((box) => box.id !== id), direction)?.id ?? null;

test('arrows go to the neighbour', () => {
  expect(go('00', [1, 0])).toBe('01');
  expect(go('01', [-1, 0])).toBe('00');
  expect(go('01', [0, 1])).toBe('11');
  expect(go('12', [0, -1])).toBe('02');
});

test('at the edge there is nothing', () => {
  expect(go('00', [-1, 0])).toBeNull();
  expect(go('10', [0, 1])).toBeNull();
});
