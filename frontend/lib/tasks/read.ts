import { api, read, type Api, type Schemas, type Task } from '@/lib/api';
import { asError } from '@/lib/as-error';
import { pauseAfter } from '@/lib/pause';
import type { Remote } from '@/lib/remote';
import { EMPTY, withTasks, type Collection } from '@/lib/tasks/collection';
import { reread } from '@/lib/tasks/reread';

/** Enough for a first screen; a page that is part of the HTML has to be small. */
export const FIRST_PAGE = 60;
const PAGE = 200;

/** A page of the open tasks, those that are due first at the beginning. */
export function pageOfTasks(
  from: Api,
  cursor: string | null,
  limit = PAGE,
  signal?: AbortSignal,
): Promise<Schemas['TaskPage']> {
  const query = { status: 'open', sort: 'due', limit, ...(cursor === null ? {} : { cursor }) } as const;
  return read(from.GET('/tasks', { params: { query }, signal }));
}

/** The first time only the first page, so that there is something to see; later everything. */
export async function readTasks(known: () => Collection): Promise<Collection> {
  const before = known();
  const tasks: Task[] = [];
  let next: string | null = null;
  do {
    const page = await pageOfTasks(api, next);
    tasks.push(...page.items);
    next = page.next_cursor ?? null;
  } while (next !== null && before !== EMPTY);
  return { ...reread(before, known(), tasks), next };
}

/** Reads on where the first page ended, until all is here. What goes wrong with that is told, and tried again. */
export async function readRest(
  { tasks }: { tasks: Remote<Collection> },
  signal: AbortSignal,
  tell: (problem: Error | null) => void,
): Promise<void> {
  let failures = 0;
  for (let next = nextOf(tasks); next !== null && !signal.aborted; next = nextOf(tasks)) {
    try {
      const page = await pageOfTasks(api, next, PAGE, signal);
      const known = tasks.value ?? EMPTY;
      // All may have been read anew meanwhile: then it does not go on from here.
      const after = known.next === next ? (page.next_cursor ?? null) : known.next;
      tasks.set({ ...withTasks(known, page.items), next: after });
      failures = 0;
      tell(null);
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      tell(asError(error));
      await new Promise((resolve) => setTimeout(resolve, pauseAfter(failures)));
    }
  }
}

function nextOf(tasks: Remote<Collection>): string | null {
  return tasks.value?.next ?? null;
}
