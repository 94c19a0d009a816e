import type { Task } from '@/lib/api';
import { EMPTY, withTasks, type Collection } from '@/lib/tasks/collection';

/**
 * What was read anew, in the place of what was known when the reading began. What has changed
 * since then stays: pages that were read before it do not know of it.
 */
export function reread(before: Collection, now: Collection, tasks: readonly Task[]): Collection {
  const fresh = withTasks({ ...EMPTY, gone: now.gone }, tasks);
  const changed = [...now.byId.values()].filter((task) => before.byId.get(task.id) !== task);
  return withTasks(fresh, changed);
}
