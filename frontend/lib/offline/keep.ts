import { clear, createStore, get, set } from 'idb-keyval';
import { knownTasks, putTasks, type Data } from '@/lib/data';
import type { Profile, Project, Tag, Task } from '@/lib/api';
import { forgetAsked, KeptWrites } from '@/lib/offline/asked';
import { forgetPages, SEEN_DATABASE } from '@/lib/offline/worker';
import { hasLeft, leave, tellOtherTabs } from '@/lib/session-over';

/** What was seen last. */
type Seen = { userId: string; tasks: Task[]; projects: Project[]; tags: Tag[]; profile: Profile | undefined };

const seenStore = createStore(SEEN_DATABASE, 'seen');
const SEEN = 'seen';

/**
 * Keeps on this machine what a page without a network needs: what was seen last, and what is still
 * to be sent. Signing out takes it away (`Clear-Site-Data`, or `leaveOffline`); another person's is not looked at.
 */
export function keepForOffline(data: Data, userId: string): () => void {
  const writes = new KeptWrites(data, userId);
  const stop = writes.follow();
  void begin(data, userId, writes);
  const keep = () => {
    if (document.visibilityState === 'hidden') void keepSeen(data, userId);
  };
  const keepNow = () => void keepSeen(data, userId);
  document.addEventListener('visibilitychange', keep);
  window.addEventListener('offline', keepNow);
  window.addEventListener('pagehide', keepNow);
  return () => {
    stop();
    document.removeEventListener('visibilitychange', keep);
    window.removeEventListener('offline', keepNow);
    window.removeEventListener('pagehide', keepNow);
  };
}

/**
 * Signs out without a network, as far as that can be done: this browser keeps nothing and sends nothing any more. The
 * session itself only the server can end.
 */
export async function leaveOffline(): Promise<void> {
  leave();
  // What cannot be had cannot be cleared, and keeps nobody here.
  await Promise.allSettled([clear(seenStore), forgetAsked(), forgetPages()]);
  // Not sooner: they would find what is kept.
  tellOtherTabs();
}

async function begin(data: Data, userId: string, writes: KeptWrites): Promise<void> {
  // Each for itself: a browser that cannot give one may give the others.
  if (!navigator.onLine) await show(data, userId).catch(() => undefined);
  await writes.askAgain().catch(() => undefined);
  await navigator.serviceWorker?.ready.then(({ active }) => active?.postMessage({ keep: VIEWS }));
}

/** What shows tasks alone, and so can be shown from what was seen. */
const VIEWS = ['/dashboard', '/today', '/upcoming', '/inbox', '/board', '/calendar'];

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
  if (hasLeft() || next !== null || data.tasks.value === undefined) return;
  const seen: Seen = {
    userId,
    tasks: [...byId.values()],
    projects: data.projects.known ?? [],
    tags: data.tags.known ?? [],
    profile: data.profile.known,
  };
  await set(SEEN, seen, seenStore);
}
