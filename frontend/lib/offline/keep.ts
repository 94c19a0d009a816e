import { createStore, del, entries, get, set } from 'idb-keyval';
import { knownTasks, putTasks, type Data } from '@/lib/data';
import type { Profile, Project, Tag, Task } from '@/lib/api';
import { SEEN_DATABASE } from '@/lib/offline/worker';
import type { TaskWrite } from '@/lib/tasks/write';
import { writeTask } from '@/lib/tasks/write-task';

/** What was seen last. */
type Seen = { userId: string; tasks: Task[]; projects: Project[]; tags: Tag[]; profile: Profile | undefined };
/** Something that has been asked for and not been answered, by the key of the write. */
type Asked = { userId: string; at: number; write: TaskWrite };

const seenStore = createStore(SEEN_DATABASE, 'seen');
const askedStore = createStore('taskflow-asked', 'asked');
const SEEN = 'seen';

/**
 * Keeps on this machine what a page without a network needs: what was seen last, and what is still
 * to be sent. Signing out takes it away (`Clear-Site-Data`); another person's is not looked at.
 */
export function keepForOffline(data: Data, userId: string): () => void {
  void begin(data, userId);
  const leave = keepAsked(data, userId);
  const keep = () => {
    if (document.visibilityState === 'hidden') void keepSeen(data, userId);
  };
  const keepNow = () => void keepSeen(data, userId);
  document.addEventListener('visibilitychange', keep);
  window.addEventListener('offline', keepNow);
  window.addEventListener('pagehide', keepNow);
  return () => {
    leave();
    document.removeEventListener('visibilitychange', keep);
    window.removeEventListener('offline', keepNow);
    window.removeEventListener('pagehide', keepNow);
  };
}

async function begin(data: Data, userId: string): Promise<void> {
  const asked = await entries<string, Asked>(askedStore);
  if (!navigator.onLine) await show(data, userId);
  // Each has its key, so what had arrived already, or another tab sends, is not done twice.
  const ours = asked.map(([, each]) => each).filter((each) => each.userId === userId);
  for (const { write } of ours.sort((a, b) => a.at - b.at)) void writeTask(data, write);
  await navigator.serviceWorker?.ready.then(({ active }) => active?.postMessage({ keep: VIEWS }));
}

const VIEWS = ['/dashboard', '/today', '/upcoming', '/inbox'];

/** A kept page is as old as its last visit; what was seen since is newer. */
async function show(data: Data, userId: string): Promise<void> {
  const seen = await get<Seen>(SEEN, seenStore);
  if (!seen || seen.userId !== userId) return;
  putTasks(data, seen.tasks);
  const ids = new Set(seen.tasks.map(({ id }) => id));
  const { byId, ...rest } = knownTasks(data);
  data.tasks.set({ ...rest, byId: new Map([...byId].filter(([id]) => ids.has(id))), next: null });
  data.projects.set(seen.projects);
  data.tags.set(seen.tags);
  if (seen.profile) data.profile.set(seen.profile);
}

async function keepSeen(data: Data, userId: string): Promise<void> {
  const { byId, next } = knownTasks(data);
  // Half of the tasks would look like all of them.
  if (next !== null || data.tasks.value === undefined) return;
  const seen: Seen = {
    userId,
    tasks: [...byId.values()],
    projects: data.projects.known ?? [],
    tags: data.tags.known ?? [],
    profile: data.profile.known,
  };
  await set(SEEN, seen, seenStore);
}

/** Writes are kept from when they are asked for until they are answered. */
function keepAsked(data: Data, userId: string): () => void {
  let before: readonly TaskWrite[] = [];
  return data.writes.pending.subscribe(() => {
    const now = data.writes.pending.get();
    for (const write of now) {
      if (!before.includes(write)) void set(write.key, { userId, at: Date.now(), write } satisfies Asked, askedStore);
    }
    for (const write of before) if (!now.includes(write)) void del(write.key, askedStore);
    before = now;
  });
}
