import { api, read, type Api, type Schemas, type Task } from '@/lib/api';
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

/** Reads on where the first page ended. */
export async function readRest({ tasks }: { tasks: Remote<Collection> }, signal: AbortSignal): Promise<void> {
  for (let next = tasks.value?.next ?? null; next !== null && !signal.aborted; ) {
    const page = await pageOfTasks(api, next, PAGE, signal);
    next = page.next_cursor ?? null;
    tasks.set({ ...withTasks(tasks.value ?? EMPTY, page.items), next });
  }
}
