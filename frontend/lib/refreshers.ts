import type { Api } from '@/lib/api';
import type { Data } from '@/lib/data';
import { refresherOfProjects } from '@/lib/projects/refresh';
import { refresherOfTags } from '@/lib/tags/refresh';
import { refresherOfTasks } from '@/lib/tasks/refresh';

/** What reads anew exactly what has changed. */
export type Refreshers = ReturnType<typeof refreshersOf>;

export function refreshersOf(api: Api, data: Data) {
  return {
    /** By their ids. */
    tasks: refresherOfTasks(api, data),
    /** By their ids. */
    projects: refresherOfProjects(api, data),
    /** By what happened to them, as the log counts it. */
    tags: refresherOfTags(api, data),
  };
}
