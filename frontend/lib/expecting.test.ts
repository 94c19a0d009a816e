import { expect, test } from 'vitest';
import { expecting } from '@/lib/expecting';
import { Listing } from '@/lib/listing';
import { Remote } from '@/lib/remote';

/** Something on a server, and a write to it that is answered when the test says so. */
function server() {
  let value = ['a'];
  const remote = new Remote(async () => value, value);
  let accept: (after: string[]) => void = () => {};
  let refuse: () => void = () => {};
  const answer = new Promise<string>((resolve, reject) => {
    accept = (after) => {
      value = after;
      resolve('yes');
    };
    refuse = () => reject(new Error('no'));
  });
  return { remote, write: () => answer, accept, refuse };
}

const withB = (values: string[]) => [...values, 'b'];

test('what is asked for is shown at once, and then as the server says it is', async () => {
  const { remote, write, accept } = server();
  const answer = expecting(remote, withB, write);
  expect(remote.value).toEqual(['a', 'b']);
  expect(remote.known).toEqual(['a']);
  accept(['a', 'B']);
  expect(await answer).toBe('yes');
  await remote.refresh();
  expect(remote.value).toEqual(['a', 'B']);
});

test('what is refused is as before, whatever came in meanwhile', async () => {
  const { remote, write, refuse } = server();
  const answer = expecting(remote, withB, write);
  remote.set(['a', 'c']);
  expect(remote.value).toEqual(['a', 'c', 'b']);
  refuse();
  await expect(answer).rejects.toThrow('no');
  expect(remote.value).toEqual(['a', 'c']);
});

test('of two that are on their way one may be refused', async () => {
  const { remote, write, refuse } = server();
  const other = server();
  const refused = expecting(remote, withB, write);
  const accepted = expecting(remote, (values) => [...values, 'c'], other.write);
  refuse();
  await expect(refused).rejects.toThrow('no');
  expect(remote.value).toEqual(['a', 'c']);
  other.accept([]);
  expect(await accepted).toBe('yes');
});

test('what was done stays so where it cannot be read anew', async () => {
  const remote = new Remote<string[]>(() => Promise.reject(new Error('down')), ['a']);
  await expecting(remote, withB, async () => 'yes');
  await remote.refresh();
  expect(remote.known).toEqual(['a', 'b']);
});

test('what the answer says is not read anew', async () => {
  let reads = 0;
  const remote = new Remote(async () => [`read ${(reads += 1)}`], ['a']);
  const done = expecting(remote, withB, async () => 'B', (known, answer) => [...known, answer]);
  expect(remote.value).toEqual(['a', 'b']);
  await done;
  expect(remote.value).toEqual(['a', 'B']);
  expect(remote.known).toEqual(['a', 'B']);
  expect(reads).toBe(0);
});

test('what the answer says is not lost to what was being read before', async () => {
  let before: (value: string[]) => void = () => {};
  let reads = 0;
  const remote = new Remote<string[]>(() => {
    reads += 1;
    return reads === 1 ? new Promise((resolve) => (before = resolve)) : Promise.resolve(['a', 'B']);
  }, ['a']);
  const reading = remote.refresh();
  await expecting(remote, withB, async () => 'B', (known, answer) => [...known, answer]);
  before(['a']);
  await reading;
  expect(remote.value).toEqual(['a', 'B']);
  expect(reads).toBe(2);
});

test('a page more of a list does not take in what is only expected of it', async () => {
  const listing = new Listing<number, number>(async (cursor) =>
    cursor === null ? { items: [1, 2], next_cursor: 2 } : { items: [3], next_cursor: null },
  );
  await listing.refresh();
  const end = listing.expect(({ items, next }) => ({ items: items.filter((item) => item !== 1), next }));
  await listing.more();
  expect(listing.value?.items).toEqual([2, 3]);
  end(false);
  expect(listing.value?.items).toEqual([1, 2, 3]);
});
