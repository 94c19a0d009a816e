import { expect, test } from 'vitest';
import { placed, shifted } from '@/lib/tasks/arrange';
import { example } from '@/lib/tasks/example';
import type { Group } from '@/lib/tasks/groups';

const tasks = ['a', 'b', 'c'].map((id, index) => example({ id, position: index }));
const [a, b, c] = tasks as [(typeof tasks)[0], (typeof tasks)[0], (typeof tasks)[0]];
const arranged: Group[] = [{ key: 'arranged', title: null, isLate: false, tasks }];
const upcoming: Group[] = [
  { key: '2026-11-24', title: 'Tuesday', isLate: false, tasks: [a] },
  { key: '2026-11-25', title: 'Wednesday', isLate: false, tasks: [b] },
];

test('down behind the other, up before it', () => {
  expect(placed(arranged, a, 'b')).toEqual(new Map([['a', { position: 1.5 }]]));
  expect(placed(arranged, a, 'c')).toEqual(new Map([['a', { position: 3 }]]));
  expect(placed(arranged, c, 'a')).toEqual(new Map([['c', { position: -1 }]]));
});

test('what comes from elsewhere takes the place', () => {
  expect(placed(arranged, example({ id: 'x' }), 'b')).toEqual(new Map([['x', { position: 0.5 }]]));
});

test('by one place, and not beyond the ends', () => {
  expect(shifted(arranged, b, -1)).toEqual(new Map([['b', { position: -1 }]]));
  expect(shifted(arranged, a, -1).size).toBe(0);
  expect(shifted(upcoming, a, 1).size).toBe(0);
});

test('another day keeps the time', () => {
  const timed = example({ id: 'a', due: { kind: 'zoned', local: '2026-11-24T09:00:00', zone: 'Europe/Berlin' } });
  expect(placed(upcoming, timed, 'b').get('a')).toEqual({
    due: { kind: 'zoned', local: '2026-11-25T09:00:00', zone: 'Europe/Berlin' },
  });
  expect(placed(upcoming, a, 'a').size).toBe(0);
});

test('lists that sort themselves are left alone', () => {
  const sorted: Group[] = [{ key: 'today', title: 'Today', isLate: false, tasks }];
  expect(placed(sorted, a, 'b').size).toBe(0);
});
