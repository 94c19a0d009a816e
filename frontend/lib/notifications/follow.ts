import { amend } from '@/lib/amend';
import { ofItems, type Listing } from '@/lib/listing';
import type { Item } from '@/lib/notifications/change';
import type { Notice } from '@/lib/realtime/notice';
import type { Collection } from '@/lib/tasks/collection';

/** Brings the list up to date with what happened to some notifications: where new ones have come its beginning is read. */
export async function followNotifications(
  listing: Listing<Item>,
  isUnreadOnly: boolean,
  notices: readonly Notice[],
): Promise<void> {
  const those = (type: string) => new Set(notices.filter((notice) => notice.type === type).map(({ data }) => data.task_id));
  const [created, read, deleted] = [those('notification.created'), those('notification.read'), those('notification.deleted')];
  const isGone = ({ id }: Item) => deleted.has(id) || (isUnreadOnly && read.has(id));
  const now = new Date().toISOString();
  const seen = (item: Item) => (read.has(item.id) && !item.read_at ? { ...item, read_at: now } : item);
  amend(listing, ofItems((items) => items.filter((item) => !isGone(item)).map(seen)));
  if (created.size > 0) await listing.refreshFirst((one, other) => one.id === other.id);
}

/** The same with its task called as it is now, as far as that is known. */
export function named(item: Item, { byId, gone }: Collection): Item {
  const id = item.task_id ?? '';
  if (gone.has(id)) return { ...item, task_title: null };
  return { ...item, task_title: byId.get(id)?.title ?? item.task_title };
}
