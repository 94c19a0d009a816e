import { expect, test } from 'vitest';
import { completion } from '@/lib/tasks/write';
import { Writes } from '@/lib/tasks/writes';

function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}

test('writes of one task wait for one another, those of others do not', async () => {
  const writes = new Writes();
  const { open, opened } = gate();
  const sent: string[] = [];
  const first = writes.run(completion('a', true), async () => {
    await opened;
    sent.push('a1');
  });
  const second = writes.run(completion('a', false), async () => void sent.push('a2'));
  await writes.run(completion('b', true), async () => void sent.push('b'));
  expect(sent).toEqual(['b']);
  expect(writes.pending.get()).toHaveLength(2);
  open();
  await Promise.all([first, second]);
  expect(sent).toEqual(['b', 'a1', 'a2']);
  expect(writes.pending.get()).toEqual([]);
});

test('what fails is no longer pending, and does not stop what comes after it', async () => {
  const writes = new Writes();
  const first = writes.run(completion('a', true), () => Promise.reject(new Error('no')));
  const second = writes.run(completion('a', false), async () => 'yes');
  await expect(first).rejects.toThrow('no');
  expect(await second).toBe('yes');
  expect(writes.pending.get()).toEqual([]);
});
