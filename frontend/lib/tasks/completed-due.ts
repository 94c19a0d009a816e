import type { Task } from '@/lib/api';
import type { Data } from '@/lib/data';
import type { Page } from '@/lib/listing';
import { readCompleted } from '@/lib/tasks/read-completed';

const MOST_PAGES = 10;

/** Makes known what was completed of what was due in a time, as instants; or the latest of it, if it is very much. */
export async function readCompletedDue(data: Data, due: { after: string; before: string }): Promise<{ isCut: boolean }> {
  let next: string | null = null;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const page: Page<Task, string> = await readCompleted(data, { due }, next);
    next = page.next_cursor ?? null;
    if (next === null) return { isCut: false };
  }
  return { isCut: true };
}
