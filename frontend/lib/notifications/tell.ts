import { announcement } from '@/lib/announce';
import { api, read } from '@/lib/api';
import type { Data } from '@/lib/data';
import { notificationsMessages } from '@/lib/messages/notifications';
import { markRead, type Item } from '@/lib/notifications/change';
import { openTask } from '@/lib/open-task';

const text = notificationsMessages;
/** What comes in one breath is read together. */
const BREATH_MILLISECONDS = 250;
/** What is older is found in the list. */
const NEW_MILLISECONDS = 2 * 60_000;

/** Of a task that is there. */
type Reminder = Item & { task_id: string; task_title: string };

/** All that were heard of, so that none is told twice. */
const heard = new Set<string>();
/** Of these, those that are still to be read. */
let fresh: readonly string[] = [];
/** Those that wait to be dismissed. The first is shown, for a pile would be read by nobody. */
let standing: readonly Reminder[] = [];

/** Tells of a notification that has come, if it is a reminder. */
export function tell(data: Data, id: string): void {
  if (heard.has(id)) return;
  heard.add(id);
  fresh = [...fresh, id];
  // What cannot be read now is in the list.
  if (fresh.length === 1) setTimeout(() => void readFresh(data).catch(() => undefined), BREATH_MILLISECONDS);
}

async function readFresh(data: Data): Promise<void> {
  const ids = fresh;
  fresh = [];
  const { items } = await read(api.GET('/notifications', { params: { query: { unread: true } } }));
  const came = items.filter((item): item is Reminder => ids.includes(item.id) && isNews(item));
  if (came.length === 0) return;
  standing = [...standing, ...came.toReversed()];
  show(data);
}

function isNews({ kind, task_id: taskId, task_title: title, created_at: createdAt }: Item): boolean {
  return kind === 'reminder' && Boolean(taskId && title) && Date.now() - Date.parse(createdAt) < NEW_MILLISECONDS;
}

function show(data: Data): void {
  const [first, ...others] = standing;
  if (!first) return;
  const next = () => {
    // It may be told more than once that one is gone.
    if (!standing.includes(first)) return;
    standing = standing.filter((each) => each !== first);
    show(data);
  };
  const open = () => {
    openTask(first.task_id);
    // What is not marked is seen among the unread.
    void markRead({ unread: data.unread }, first).catch(() => undefined);
    next();
  };
  announcement.set({
    text: text.came(first.task_title, others.length),
    tone: 'done',
    action: { label: text.open, run: open },
    stays: { id: first.id, label: text.dismiss, onDismiss: next },
  });
}
