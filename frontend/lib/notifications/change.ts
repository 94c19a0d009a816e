import { api, type Schemas } from '@/lib/api';
import { expecting } from '@/lib/expecting';
import { randomId } from '@/lib/id';
import { ofItems, type Listing } from '@/lib/listing';
import type { Remote } from '@/lib/remote';

export type Item = Schemas['NotificationItem'];

/** Where notifications are seen: the list, if it is, and how many are not read. */
type Places = { listing?: Listing<Item>; unread: Remote<number> };

type Change = {
  items: (items: readonly Item[]) => readonly Item[];
  unread: (count: number) => number;
};

/** Marks one as read, or null: all. Throws an `ApiError`. */
export function markRead(places: Places, item: Item | null): Promise<unknown> {
  const now = new Date().toISOString();
  const isMeant = ({ id, read_at: readAt }: Item) => !readAt && (item === null || id === item.id);
  const change: Change = {
    items: (items) => items.map((each) => (isMeant(each) ? { ...each, read_at: now } : each)),
    unread: item === null ? () => 0 : oneLess(places),
  };
  const body = item === null ? { all: true } : { ids: [item.id] };
  return shown(places, change, () => api.POST('/notifications/read', { body, params: { header: key() } }));
}

/** It does not come back, not by an undo either. Throws an `ApiError`. */
export function remove(places: Places, { id, read_at: readAt }: Item): Promise<unknown> {
  const change: Change = {
    items: (items) => items.filter((each) => each.id !== id),
    unread: readAt ? (count) => count : oneLess(places),
  };
  return shown(places, change, () => api.DELETE('/notifications/{id}', { params: { path: { id }, header: key() } }));
}

function shown<R>({ listing, unread }: Places, change: Change, write: () => Promise<R>): Promise<R> {
  const counted = () => expecting(unread, change.unread, write);
  return listing ? expecting(listing, ofItems(change.items), counted, ofItems(change.items)) : counted();
}

/** Than is shown, and not than the server says: it may know already. */
function oneLess({ unread: { value = 0 } }: Places): (count: number) => number {
  return (count) => Math.min(count, Math.max(value - 1, 0));
}

const key = () => ({ 'Idempotency-Key': randomId() });
