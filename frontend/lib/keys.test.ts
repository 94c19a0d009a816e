import { expect, test } from 'vitest';
import type { Command } from '@/lib/commands';
import { keyLabels, keyOf, matching } from '@/lib/keys';

const press = (key: string, more: object = {}) =>
  keyOf({ key, ctrlKey: false, metaKey: false, altKey: false, isComposing: false, ...more });

test('keys as commands name them', () => {
  expect(press('x')).toBe('x');
  expect(press('X')).toBe('x');
  expect(press('?')).toBe('?');
  expect(press('k', { ctrlKey: true })).toBe('mod+k');
  expect(press('k', { metaKey: true })).toBe('mod+k');
  expect(press('Shift')).toBeNull();
  expect(press('ArrowUp', { altKey: true })).toBe('alt+ArrowUp');
  expect(press('a', { altKey: true })).toBeNull();
  expect(press('a', { isComposing: true })).toBeNull();
  expect(press('Backspace', { metaKey: true })).toBe('Delete');
  expect(press('Backspace', { ctrlKey: true })).toBe('mod+Backspace');
});

test('the newest offer counts', () => {
  const command = (id: string): Command => ({ id, title: id, group: 'list', keys: 'x', run: () => {} });
  expect(matching([command('page'), command('dialog')], 'x')?.id).toBe('dialog');
});

test('keys as they stand on keyboards', () => {
  expect(keyLabels('g t', false)).toEqual([['G'], ['T']]);
  expect(keyLabels('mod+k', true)).toEqual([['⌘', 'K']]);
  expect([false, true].map((isApple) => keyLabels('Delete', isApple))).toEqual([[['Del']], [['⌘', '⌫']]]);
  expect(keyLabels('mod+k', false)).toEqual([['Ctrl', 'K']]);
  expect(keyLabels('Escape', false)).toEqual([['Esc']]);
});
