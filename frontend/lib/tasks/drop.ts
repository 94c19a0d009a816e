import { knownTasks, type Data } from '@/lib/data';
import { withoutTask } from '@/lib/tasks/collection';

/** Takes a task out that went with this version. */
export function dropTask(data: Data, id: string, version: number): void {
  data.tasks.set(withoutTask(knownTasks(data), id, version));
}
