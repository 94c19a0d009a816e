import 'server-only';
import { read, type Api, type Profile, type Project, type Tag, type Task } from '@/lib/api';
import { createApi } from '@/lib/api/client';
import type { Bearer } from '@/lib/auth/bearer';
import { backendFor } from '@/lib/backend';
import { FIRST_PAGE, pageOfTasks } from '@/lib/tasks/read';

/** What the first screen shows, so that it comes with the page and not after it. */
export type Initial = {
  /** Where the log ended before anything was read: from there on live events tell the rest. */
  cursor: number;
  tasks: Task[];
  /** Where the tasks go on; null at the end. */
  next: string | null;
  projects: Project[];
  tags: Tag[];
  profile: Profile;
};

/** Null when the backend cannot say: then the page comes without, asks itself, and tells. */
export async function loadInitial(bearer: Bearer): Promise<Initial | null> {
  const api = createApi(backendFor(bearer), IMPATIENT);
  try {
    const { head: cursor } = await read(api.GET('/events', { params: { query: { after: 0, limit: 1 } } }));
    return { cursor, ...(await everything(api)) };
  } catch {
    return null;
  }
}

async function everything(api: Api): Promise<Omit<Initial, 'cursor'>> {
  const [page, projects, tags, profile] = await Promise.all([
    pageOfTasks(api, null, FIRST_PAGE),
    read(api.GET('/projects')),
    read(api.GET('/tags')),
    read(api.GET('/profile')),
  ]);
  const next = page.next_cursor ?? null;
  return { tasks: page.items, next, projects: projects.items, tags: tags.items, profile };
}

const PATIENCE_MILLISECONDS = 3_000;

/** A page that waits for a backend that is down is worse than one that says so. */
const IMPATIENT = {
  fetch: (request: Request) => fetch(request, { cache: 'no-store', signal: AbortSignal.timeout(PATIENCE_MILLISECONDS) }),
  pause: () => Promise.reject(new Error('no second attempt')),
  random: Math.random,
  isOnline: () => true,
};
