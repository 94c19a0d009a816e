import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type * as Turn from '@/lib/turn';

const { ends } = vi.hoisted(() => ({ ends: [] as (() => void)[] }));
vi.mock('next/server', () => ({ after: (end: () => void) => ends.push(end) }));

let inTurn: typeof Turn.inTurn;
/** By their numbers, in the order in which they began. */
let begun: number[];

beforeEach(async () => {
  vi.resetModules();
  ({ inTurn } = await import('@/lib/turn'));
  ends.length = 0;
  begun = [];
});

afterEach(() => {
  vi.useRealTimers();
});

function page(number: number, load = () => Promise.resolve()): Promise<void> {
  const ofThisTest = begun;
  return inTurn(() => {
    ofThisTest.push(number);
    return load();
  });
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

test('four pages are drawn at once, and the end of one begins the next', async () => {
  for (const number of numbers(6)) void page(number);
  await vi.waitFor(() => expect(begun).toEqual(numbers(4)));
  ends[3]?.();
  await vi.waitFor(() => expect(begun).toEqual(numbers(5)));
});

test('a page that is never read to its end lets others begin after a while', async () => {
  vi.useFakeTimers();
  for (const number of numbers(5)) void page(number);
  await vi.advanceTimersByTimeAsync(9_000);
  expect(begun).toEqual(numbers(4));
  await vi.advanceTimersByTimeAsync(2_000);
  expect(begun).toEqual(numbers(5));
});

test('what is not waited for any more is not begun, and takes no turn', async () => {
  const pages = Promise.allSettled(numbers(20).map((number) => page(number)));
  await vi.waitFor(() => expect(begun).toEqual(numbers(4)));
  for (const number of numbers(18).slice(4)) ends[number]?.();
  ends[0]?.();
  ends[1]?.();
  await vi.waitFor(() => expect(begun).toEqual([...numbers(4), 18, 19]));
  expect((await pages)[4]).toMatchObject({ status: 'rejected', reason: { name: 'AbortError' } });
});

test('who leaves while a page is loaded does not begin another', async () => {
  let goOn = () => {};
  void page(0, () => new Promise((resolve) => (goOn = resolve)));
  for (const number of numbers(5).slice(1)) void page(number);
  await vi.waitFor(() => expect(begun).toHaveLength(4));
  ends[0]?.();
  await new Promise(setImmediate);
  expect(begun).toHaveLength(4);
  goOn();
  await vi.waitFor(() => expect(begun).toHaveLength(5));
});

test('what cannot be loaded says why', async () => {
  await expect(page(0, () => Promise.reject(new Error('no backend')))).rejects.toThrow('no backend');
});
