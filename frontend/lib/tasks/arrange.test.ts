import { expect, test } from 'vitest';
import type { Task } from '@/lib/api';
import { placed, shifted } from '@/lib/tasks/arrange';
import { example } from '@/lib/tasks/example';
import type { Group } from '@/lib/tasks/groups';

const tasks = ['a', 'b', 'c'].map((id, index) => example({ id, position: index }));
const [a, b, c] = tasks as [Task, Task, Task];
const arranged: Group[] = [{ key: 'arranged', title: null, isLate: false, tasks }];
const upcoming: Group[] = [
  { key: '2026-11-24', title: 'Tuesday', isLate: false, tasks: [a] },
  { key: '2026-11-25', title: 'Wednesday', isLate: false, tasks: [b] },
];

/** A task is put into the place of another, and with it all that are chosen. */
const put = (groups: Group[], carried: Task, target: string, chosen = [carried]) =>
  placed(groups, { tasks: chosen, carried, target, clock: { today: '2026-11-23', zone: 'UTC' } });

test('down behind the other, up before it', () => {
  expect(put(arranged, a, 'b')).toEqual(new Map([['a', { position: 1.5 }]]));
  expect(put(arranged, a, 'c')).toEqual(new Map([['a', { position: 3 }]]));
  expect(put(arranged, c, 'a')).toEqual(new Map([['c', { position: -1 }]]));
});

test('what comes from elsewhere takes the place', () => {
  expect(put(arranged, example({ id: 'x' }), 'b')).toEqual(new Map([['x', { position: 0.5 }]]));
});

test('several come to stand together, in the order that they had', () => {
  const list: Group[] = [{ ...arranged[0]!, tasks: [...tasks, example({ id: 'd', position: 3 })] }];
  const [d] = list[0]!.tasks.slice(-1);
  const order = (carried: Task, target: string, chosen: Task[]) => {
    const places = put(list, carried, target, chosen);
    const at = ({ id, position }: Task) => places.get(id)?.position ?? position;
    return list[0]!.tasks.toSorted((one, other) => at(one) - at(other)).map(({ id }) => id).join('');
  };
  expect(order(a, 'c', [b, a])).toBe('cabd');
  expect(order(d!, 'a', [d!, b])).toBe('bdac');
  // Put upon one of themselves they gather there.
  expect(order(d!, 'b', [b, d!])).toBe('abdc');
  expect(order(b, 'd', [b, d!])).toBe('acbd');
  // Let go of where it was taken up, nothing has moved.
  expect(put(list, b, 'b', [b, d!]).size).toBe(0);
});

test('by one place, and not beyond the ends', () => {
  expect(shifted(arranged, b, -1)).toEqual(new Map([['b', { position: -1 }]]));
  expect(shifted(arranged, a, -1).size).toBe(0);
  expect(shifted(upcoming, a, 1).size).toBe(0);
});

const on = (id: string, local: string) => example({ id, due: { kind: 'zoned', local, zone: 'Europe/Berlin' } });

test('another day keeps the time', () => {
  expect(put(upcoming, on('a', '2026-11-24T09:00:00'), 'b').get('a')).toEqual({
    due: { kind: 'zoned', local: '2026-11-25T09:00:00', zone: 'Europe/Berlin' },
  });
  expect(put(upcoming, a, 'a').size).toBe(0);
});

test('of several each keeps its own time, and who is on that day already stays', () => {
  const [early, late, there] = [on('a', '2026-11-24T09:00:00'), on('x', '2026-11-26T15:00:00'), on('y', '2026-11-25T11:00:00')];
  const arrangement = put(upcoming, early, 'b', [early, late, there]);
  const locals = [...arrangement].map(([id, { due }]) => [id, due && 'local' in due && due.local]);
  expect(locals).toEqual([['a', '2026-11-25T09:00:00'], ['x', '2026-11-25T15:00:00']]);
});

test('a heading is a place as well: its day, or today', () => {
  const day: Group = { key: '2026-11-26', title: 'Thursday', isLate: false, tasks: [] };
  expect(put([...upcoming, day], a, day.key)).toEqual(new Map([['a', { due: { kind: 'date', date: '2026-11-26' } }]]));
  const late: Group = { key: 'overdue', title: 'Overdue', isLate: true, tasks: [a] };
  const today: Group = { key: 'today', title: 'Today', isLate: false, tasks: [b] };
  for (const target of ['today', 'b']) {
    expect(put([late, today], on('a', '2026-11-20T09:00:00'), target).get('a')).toMatchObject({ due: { local: '2026-11-23T09:00:00' } });
  }
  expect(put([late, today], b, 'overdue').size).toBe(0);
});

test('lists that sort themselves are left alone', () => {
  const sorted: Group[] = [{ key: 'found', title: null, isLate: false, tasks }];
  expect(put(sorted, a, 'b').size).toBe(0);
});
