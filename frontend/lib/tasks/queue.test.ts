import { expect, test } from 'vitest';
import { createStore } from '@/lib/store';
import { Queue } from '@/lib/tasks/queue';
import { completion, creation, type TaskWrite } from '@/lib/tasks/write';

function empty() {
  const pending = createStore<readonly TaskWrite[]>([]);
  return { queue: new Queue(pending), pending };
}

function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}

test('writes of one task wait for one another, those of others do not', async () => {
  const { queue, pending } = empty();
  const { open, opened } = gate();
  const sent: string[] = [];
  const first = queue.run(completion('a', true), async () => {
    await opened;
    sent.push('a1');
  });
  const second = queue.run(completion('a', false), async () => void sent.push('a2'));
  await queue.run(completion('b', true), async () => void sent.push('b'));
  expect(sent).toEqual(['b']);
  expect(pending.get()).toHaveLength(2);
  open();
  await Promise.all([first, second]);
  expect(sent).toEqual(['b', 'a1', 'a2']);
  expect(pending.get()).toEqual([]);
});

test('what fails is no longer pending, and does not stop what comes after it', async () => {
  const { queue, pending } = empty();
  const first = queue.run(completion('a', true), () => Promise.reject(new Error('no')));
  const second = queue.run(completion('a', false), async () => 'yes');
  await expect(first).rejects.toThrow('no');
  expect(await second).toBe('yes');
  expect(pending.get()).toEqual([]);
});

test('what is done to several tasks waits for each of them, and they for it', async () => {
  const { queue } = empty();
  const { open, opened } = gate();
  const sent: string[] = [];
  const first = queue.run(completion('b', true), async () => {
    await opened;
    sent.push('b');
  });
  const both: TaskWrite = { key: 'k', kind: 'batch', writes: [completion('a', true), completion('b', false)] };
  const second = queue.run(both, async () => void sent.push('both'));
  const third = queue.run(completion('a', false), async () => void sent.push('a'));
  open();
  await Promise.all([first, second, third]);
  expect(sent).toEqual(['b', 'both', 'a']);
});

test('a part waits for its whole, which may not be saved yet', async () => {
  const { queue } = empty();
  const { open, opened } = gate();
  const sent: string[] = [];
  const whole = creation({ title: 'whole' });
  const first = queue.run(whole, async () => {
    await opened;
    sent.push('whole');
  });
  const second = queue.run(creation({ title: 'part', parent_id: whole.key }), async () => void sent.push('part'));
  open();
  await Promise.all([first, second]);
  expect(sent).toEqual(['whole', 'part']);
});
