import { amend } from '@/lib/amend';
import { api, read, type Task } from '@/lib/api';
import { putTasks, type Data } from '@/lib/data';
import type { Listed, Listing } from '@/lib/listing';
import type { Notice } from '@/lib/realtime/notice';
import type { queryOf } from '@/lib/tasks/filters';
import { PRIORITIES } from '@/lib/tasks/groups';

type Query = ReturnType<typeof queryOf>;

/** Their ids stand in the address. */
const MOST = 50;

/** Brings a list of tasks up to date with what happened to some of them: asks which of these belong to it now. */
export async function followTasks(
  data: Data,
  listing: Listing<Task>,
  query: Query,
  notices: readonly Notice[],
): Promise<void> {
  const ids = [...new Set(notices.map((notice) => notice.data.task_id))];
  if (ids.length > MOST) return listing.refresh();
  const { items } = await read(api.GET('/tasks', { params: { query: { ...query, id: ids, limit: MOST } } }));
  putTasks(data, items);
  amend(listing, (listed) => withFound(listed, query, ids, items));
}

/** A list of tasks when of those that were asked about these belong to it. Those of a page to come come with it. */
export function withFound(
  { items, next }: Listed<Task, string>,
  query: Query,
  asked: readonly string[],
  found: readonly Task[],
): Listed<Task, string> {
  const isBefore = orderOf(query);
  const listed = items.filter(({ id }) => !asked.includes(id));
  for (const task of found) {
    const at = listed.findIndex((other) => isBefore(task, other));
    if (at !== -1) listed.splice(at, 0, task);
    else if (next === null) listed.push(task);
  }
  return { items: listed, next };
}

/** What the server sorts by. */
const KEYS: Record<NonNullable<Query['sort']>, (task: Task) => number | string> = {
  created_at: (task) => Date.parse(task.created_at),
  updated_at: (task) => Date.parse(task.updated_at),
  due: (task) => (task.due_at ? Date.parse(task.due_at) : Infinity),
  priority: (task) => -PRIORITIES.indexOf(task.priority),
  title: (task) => task.title.toLowerCase(),
  position: (task) => task.position,
};

function orderOf({ sort = 'created_at', order = 'asc' }: Query): (one: Task, other: Task) => boolean {
  const key = KEYS[sort];
  const isSmaller = (one: Task, other: Task) => {
    const [a, b] = [key(one), key(other)];
    return a === b ? one.id < other.id : a < b;
  };
  return order === 'asc' ? isSmaller : (one, other) => isSmaller(other, one);
}
