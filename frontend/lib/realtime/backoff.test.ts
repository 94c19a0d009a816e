import { expect, test } from 'vitest';
import { FAST_ATTEMPTS, pauseBefore } from '@/lib/realtime/backoff';

const total = (random: number) =>
  Array.from({ length: FAST_ATTEMPTS }, (_, index) => pauseBefore(index + 1, random)).reduce((a, b) => a + b);

test('the fast attempts lie within 2 to 5 seconds, whatever the dice say', () => {
  expect(total(0)).toBeGreaterThan(2_000);
  expect(total(1)).toBeLessThan(5_000);
});

test('pauses grow and do not grow for ever', () => {
  expect(pauseBefore(2, 0)).toBeGreaterThan(pauseBefore(1, 0));
  expect(pauseBefore(50, 1)).toBe(60_000);
});
