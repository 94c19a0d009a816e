import { expect, test } from 'vitest';
import { Listing } from '@/lib/listing';

/** Numbers, two at a time, that can be added to. */
function numbers(all: number[]) {
  const asked: (number | null)[] = [];
  const listing = new Listing<number, number>((cursor) => {
    asked.push(cursor);
    const from = cursor ?? 0;
    return Promise.resolve({ items: all.slice(from, from + 2), next_cursor: from + 2 < all.length ? from + 2 : null });
  });
  return { listing, asked };
}

test('a list grows by a page, and ends', async () => {
  const { listing, asked } = numbers([1, 2, 3]);
  await listing.refresh();
  expect(listing.value).toEqual({ items: [1, 2], next: 2 });
  await listing.more();
  expect(listing.value).toEqual({ items: [1, 2, 3], next: null });
  await listing.more();
  expect(asked).toEqual([null, 2]);
});

test('what is read anew is as long as what was shown', async () => {
  const all = [1, 2, 3, 4, 5];
  const { listing } = numbers(all);
  await listing.refresh();
  await listing.more();
  all.unshift(0);
  await listing.refresh();
  expect(listing.value).toEqual({ items: [0, 1, 2, 3], next: 4 });
});

test('a page that comes after the list was read anew is not put behind another beginning', async () => {
  const all = [1, 2, 3, 4, 5];
  const { listing } = numbers(all);
  await listing.refresh();
  const more = listing.more();
  listing.set({ items: [9], next: 1 });
  await more;
  expect(listing.value?.items).toEqual([1, 2, 3, 4]);
});

const isSame = (one: number, other: number) => one === other;

test('of a list that was added to the beginning is read alone', async () => {
  const all = [3, 4, 5, 6, 7, 8];
  const { listing, asked } = numbers(all);
  await listing.refresh();
  await listing.more();
  asked.splice(0);
  all.unshift(2);
  await listing.refreshFirst(isSame);
  expect(listing.value).toEqual({ items: [2, 3, 4, 5, 6], next: 4 });
  expect(asked).toEqual([null]);
});

test('where more has come than a page holds, or nothing goes on, it is as the server says', async () => {
  const all = [4, 5, 6];
  const { listing } = numbers(all);
  await listing.refresh();
  all.unshift(1, 2, 3);
  await listing.refreshFirst(isSame);
  expect(listing.value).toEqual({ items: [1, 2], next: 2 });
  all.splice(1);
  await listing.refreshFirst(isSame);
  expect(listing.value).toEqual({ items: [1], next: null });
});
