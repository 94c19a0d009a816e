import { expect, test } from 'vitest';
import { initials } from '@/lib/initials';

test.each([
  ['Ada Lovelace', 'AL'],
  ['Ada King of Lovelace', 'AL'],
  [' Ada ', 'A'],
  ['👩‍🚀 Ada', '👩‍🚀A'],
  ['', ''],
])('of “%s” are “%s”', (name, letters) => {
  expect(initials(name)).toBe(letters);
});
