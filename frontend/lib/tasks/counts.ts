import type { Task } from '@/lib/api';
import { dueMoment, type Clock } from '@/lib/tasks/due';
import { isWithWhole } from '@/lib/tasks/groups';

/** How many open tasks wait where: the numbers beside the navigation. */
export type Counts = {
  today: number;
  inbox: number;
  byProject: ReadonlyMap<string, number>;
  byTag: ReadonlyMap<string, number>;
};

export function countTasks(byId: ReadonlyMap<string, Task>, clock: Clock): Counts {
  const byProject = new Map<string, number>();
  const byTag = new Map<string, number>();
  let today = 0;
  let inbox = 0;
  for (const task of byId.values()) {
    if (task.completed) continue;
    const moment = task.due ? dueMoment(task, clock.zone) : null;
    if (moment && moment.day <= clock.today) today += 1;
    for (const tag of task.tags) add(byTag, tag);
    if (isWithWhole(task, byId)) continue;
    if (task.project_id) add(byProject, task.project_id);
    else inbox += 1;
  }
  return { today, inbox, byProject, byTag };
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
