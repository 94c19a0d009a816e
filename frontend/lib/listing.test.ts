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
