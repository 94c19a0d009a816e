import { expect, test } from 'vitest';
import { bareUrl } from '@/lib/markdown/bare';

test.each([
  ['https://example.com/a.', 'https://example.com/a'],
  ['https://example.com/a?b=c&d=e#f', 'https://example.com/a?b=c&d=e#f'],
  ['https://example.com/a?!...', 'https://example.com/a'],
  ['https://example.com/a),', 'https://example.com/a'],
  ['https://en.wikipedia.org/wiki/Ada_(name)', 'https://en.wikipedia.org/wiki/Ada_(name)'],
  ['https://en.wikipedia.org/wiki/Ada_(name)).', 'https://en.wikipedia.org/wiki/Ada_(name)'],
  ['http://[::1]:8000/', 'http://[::1]:8000/'],
  ['http://[::1]]', 'http://[::1]'],
  ['https://example.com/**', 'https://example.com/'],
  ['https://example.com/日本語。', 'https://example.com/日本語'],
  ['https://example.com/日本（語）', 'https://example.com/日本（語）'],
  ['https://example.com/日本）', 'https://example.com/日本'],
])('%j is an address up to %j', (text, expected) => {
  expect(bareUrl(text)).toBe(expected);
});
