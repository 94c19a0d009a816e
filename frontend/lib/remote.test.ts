import { expect, test } from 'vitest';
import { Remote } from '@/lib/remote';

test('it is read once, however many want it', async () => {
  let reads = 0;
  const remote = new Remote(async () => (reads += 1));
  remote.ensure();
  remote.ensure();
  await remote.refresh();
  expect(remote.value).toBe(2);
  remote.ensure();
  expect(reads).toBe(2);
});

test('what changes during the reading is read once more', async () => {
  let version = 1;
  const remote = new Remote(async () => version);
  const reading = remote.refresh();
  version = 2;
  void remote.refresh();
  void remote.refresh();
  await reading;
  expect(remote.value).toBe(2);
});

test('what is known stays when reading anew fails', async () => {
  const remote = new Remote<string>(() => Promise.reject(new Error('down')), 'known');
  await remote.refresh();
  expect(remote.state()).toMatchObject({ value: 'known', isLoading: false, error: { message: 'down' } });
});

test('at first it is loading, and then there is a value or an error', async () => {
  const remote = new Remote(async () => 1);
  expect(remote.state().isLoading).toBe(true);
  await remote.refresh();
  expect(remote.state()).toEqual({ value: 1, error: null, isLoading: false });
});
