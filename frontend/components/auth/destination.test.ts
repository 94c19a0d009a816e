import { expect, test } from 'vitest';
import { destination, HOME } from '@/components/auth/destination';

test('a page of ours', () => {
  expect(destination('/projects/x?task=1')).toBe('/projects/x?task=1');
});

test.each(['https://evil.test', '//', '///', '//[', '//evil.test', '/\\evil.test', '/\t/evil.test', '/.//evil.test', '/a/..//evil.test', '/.\\\\evil.test', 'javascript:alert(1)', '', null, ['/a']])(
  'not %j',
  (next) => expect(destination(next)).toBe(HOME),
);
