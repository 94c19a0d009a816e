import { api, read, type Profile, type Project, type Tag, type Task } from '@/lib/api';
import { createHeard, type Heard } from '@/lib/heard';
import type { Initial } from '@/lib/initial';
import { Remote } from '@/lib/remote';
import { EMPTY, withTasks, type Collection } from '@/lib/tasks/collection';
import { createWrites, type Writes } from '@/lib/tasks/writes';

/** All that a page knows of somebody. A server makes one for each request. */
export type Data = {
  tasks: Remote<Collection>;
  projects: Remote<Project[]>;
  tags: Remote<Tag[]>;
  profile: Remote<Profile>;
  /** How many notifications are not read. */
  unread: Remote<number>;
  /** What has been asked for and not been answered. */
  writes: Writes;
  heard: Heard;
};

export function createData(initial: Initial | null): Data {
  const tasks: Remote<Collection> = new Remote(
    async () => (await import('@/lib/tasks/read')).readTasks(() => tasks.value ?? EMPTY),
    initial ? { ...withTasks(EMPTY, initial.tasks), next: initial.next } : undefined,
  );
  return {
    tasks,
    projects: new Remote(async () => (await read(api.GET('/projects'))).items, initial?.projects),
    tags: new Remote<Tag[]>(async () => (await read(api.GET('/tags'))).items, initial?.tags),
    profile: new Remote(() => read(api.GET('/profile')), initial?.profile),
    unread: new Remote(async () => (await read(api.GET('/notifications/unread'))).unread),
    writes: createWrites(),
    heard: createHeard(),
  };
}

export function knownTasks(data: Data): Collection {
  return data.tasks.value ?? EMPTY;
}

/** Takes tasks in that were read or written just now. */
export function putTasks(data: Data, tasks: readonly Task[]): void {
  data.tasks.set(withTasks(knownTasks(data), tasks));
}
