import type { Task } from '@/lib/api';
import { messages } from '@/lib/messages';
import { viewsMessages } from '@/lib/messages/views';
import type { Clock } from '@/lib/tasks/due';
import { groupTasks, type Group, type Shown } from '@/lib/tasks/groups';
import { byDue, byUrgency, compare, type Order } from '@/lib/tasks/order';

/** What a list can be sorted by instead of as usual. */
export const VIEW_SORTS = ['due', 'priority', 'title', 'created'] as const;
type ViewSort = (typeof VIEW_SORTS)[number];

/** How a list is wanted, as the address says it; null is the order that it has anyway. */
export type Choice = { hasDone: boolean; sort: ViewSort | null };

export function choiceOf(parameters: { get: (name: string) => string | null }): Choice {
  const sort = VIEW_SORTS.find((each) => each === parameters.get('sort')) ?? null;
  return { hasDone: parameters.get('done') === '1', sort };
}

/** The usual parts of a view, each in another order, and what is done at the end. */
export function chosenGroups(shown: Shown, usual: readonly Group[], { hasDone, sort }: Choice): Group[] {
  const open = sort === null ? usual : usual.map((group) => sorted(group, ORDERS[sort](shown.clock)));
  const done = hasDone ? completed(shown) : [];
  if (done.length === 0) return [...open];
  return [...open, { key: 'completed', title: viewsMessages.view.completed, isLate: false, tasks: done }];
}

/** Where something decides, nobody puts anything into a place by hand. */
function sorted({ key, tasks, ...group }: Group, order: Order): Group {
  return { ...group, key: key === 'arranged' ? 'sorted' : key, tasks: tasks.toSorted(order) };
}

const titles = new Intl.Collator(messages.locale, { numeric: true });

const ORDERS: Record<ViewSort, (clock: Clock) => Order> = {
  due: byDue,
  priority: (clock) => (a, b) => byUrgency(a, b) || byDue(clock)(a, b),
  title: () => (a, b) => titles.compare(a.title, b.title),
  created: () => (a, b) => compare(b.created_at, a.created_at),
};

/** All that would stand in the view if it were not done; what was done last comes first. */
function completed({ lingering, ...shown }: Shown): Task[] {
  const done = [...shown.byId.values()].filter((task) => task.completed && !lingering.has(task.id));
  const groups = groupTasks({ ...shown, lingering: new Set(done.map(({ id }) => id)) });
  return groups
    .flatMap(({ tasks }) => tasks)
    .filter((task) => task.completed)
    .sort((a, b) => compare(b.completed_at ?? '', a.completed_at ?? ''));
}
