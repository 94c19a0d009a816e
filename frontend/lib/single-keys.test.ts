import { afterEach, expect, test, vi } from 'vitest';
import { hasSingleKeys, isSwitchedOff, setSingleKeys } from '@/lib/single-keys';

const off = (cookie: string) => {
  vi.stubGlobal('document', { cookie });
  return ['x', '?', 'g t', 'mod+k', 'alt+ArrowUp', 'Escape', 'Enter'].filter(isSwitchedOff);
};

afterEach(() => void vi.unstubAllGlobals());

test('what is a letter or a sign alone can be switched off, and nothing else', () => {
  expect(off('taskflow-theme=dark')).toEqual([]);
  expect(off('taskflow-theme=dark; taskflow-single-keys=off')).toEqual(['x', '?', 'g t']);
});

test('it is remembered until it is switched on again', () => {
  vi.stubGlobal('document', { cookie: '' });
  setSingleKeys(false);
  expect(document.cookie).toMatch(/^taskflow-single-keys=off; .*Max-Age=31536000/);
  expect(hasSingleKeys()).toBe(false);
  setSingleKeys(true);
  expect(document.cookie).toContain('Max-Age=0');
});
