import { expect, test } from 'vitest';
import { askNext, askWhich, openConflict, type Conflict } from '@/lib/conflict';

const about = (text: string): Conflict => ({ text, disputes: [], keepMine: () => undefined });

test('one conflict after the other is decided, and none takes the place of another', () => {
  const asked: (string | undefined)[] = [];
  const keys = new Set<string | undefined>();
  for (const text of ['first', 'second', 'third']) askWhich(about(text));
  for (let decided = 0; decided < 3; decided += 1) {
    asked.push(openConflict.get()?.text);
    keys.add(openConflict.get()?.key);
    askNext();
  }
  expect(asked).toEqual(['first', 'second', 'third']);
  expect(keys.size).toBe(3);
  expect(openConflict.get()).toBeNull();
});
