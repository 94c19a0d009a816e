import { beforeEach, expect, test } from 'vitest';
import { giveId } from '@/lib/tasks/given-ids';
import { byIdsOfNow, clearSelection, selection, selectUpTo, toggleSelected } from '@/lib/tasks/selection';

beforeEach(clearSelection);

test('what is chosen twice is not chosen', () => {
  toggleSelected('one');
  toggleSelected('two');
  toggleSelected('one');
  expect([...selection.get()]).toEqual(['two']);
});

test('everything between two is chosen, whichever comes first', () => {
  toggleSelected('three');
  selectUpTo('one', ['zero', 'one', 'two', 'three', 'four']);
  expect([...selection.get()].sort()).toEqual(['one', 'three', 'two']);
});

test('what was chosen before it was saved is chosen afterwards', () => {
  toggleSelected('a new one');
  giveId('a new one', { id: 'saved', version: 1 });
  expect([...byIdsOfNow(selection.get())]).toEqual(['saved']);
  selectUpTo('two', ['saved', 'one', 'two']);
  expect([...selection.get()]).toEqual(['saved', 'one', 'two']);
  toggleSelected('saved');
  expect([...selection.get()]).toEqual(['one', 'two']);
});
