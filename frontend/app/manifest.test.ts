import { expect, test } from 'vitest';
import manifest from '@/app/manifest';
import { sharedLine } from '@/lib/shared-line';

const APP = 'http://localhost:3000';

/** Where the browser leads when another app shares this, and the line that is made of it there. */
function share(shared: { title?: string; text?: string; url?: string }): { path: string; line: string | null } {
  const target = manifest().share_target;
  if (!target) throw new Error('Nothing can be shared with the app');
  const address = new URL(target.action, APP);
  for (const [part, text] of Object.entries(shared)) {
    address.searchParams.set(target.params[part as keyof typeof shared] ?? part, text);
  }
  return { path: address.pathname, line: sharedLine(address.searchParams) };
}

test('what is shared becomes one line, and nothing in it is said twice', () => {
  expect(share({ text: 'Read this\n  tomorrow' })).toEqual({ path: '/dashboard', line: 'Read this tomorrow' });
  const recipe = { title: 'Apple pie', url: 'https://pies.example/apple' };
  expect(share(recipe).line).toBe('Apple pie https://pies.example/apple');
  expect(share({ ...recipe, text: 'Apple pie https://pies.example/apple' }).line).toBe('Apple pie https://pies.example/apple');
  expect(share({ text: '🎈'.repeat(2_000) }).line).toBe('🎈'.repeat(1_000));
});

test('an address without anything shared opens nothing, and the shortcut opens an empty field', () => {
  expect(sharedLine(new URLSearchParams('task=1'))).toBeNull();
  const [add] = manifest().shortcuts ?? [];
  expect(sharedLine(new URL(add?.url ?? '', APP).searchParams)).toBe('');
});
