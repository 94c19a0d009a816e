import { api, read, type Schemas, type Task } from '@/lib/api';
import { putTasks, type Data } from '@/lib/data';
import type { Page } from '@/lib/listing';
import type { Scope } from '@/lib/tasks/scope';

const ENOUGH = 100;
const NEWEST = { status: 'completed', sort: 'updated_at', order: 'desc', limit: ENOUGH } as const;

/** So many pages at a time are searched for one that has something of the inbox: the server knows no such list. */
const MOST_PAGES = 5;

/** Makes a page more of the completed tasks of a view known, those that were changed last at first. */
export async function completedPage(data: Data, scope: Scope, cursor: string | null): Promise<Page<Task, string>> {
  for (let next = cursor, pages = 1; ; pages += 1) {
    const page: Schemas['TaskPage'] = await readCompleted(data, narrowed(scope), next);
    const items = scope.kind === 'inbox' ? page.items.filter((task) => !task.project_id) : page.items;
    next = page.next_cursor ?? null;
    if (items.length > 0 || next === null || pages === MOST_PAGES) return { items, next_cursor: next };
  }
}

function narrowed(scope: Scope): { project_id?: string; tag?: string[] } {
  if (scope.kind === 'project') return { project_id: scope.id };
  return scope.kind === 'tag' ? { tag: [scope.name] } : {};
}

/** More than that nobody looks through in a calendar. */
const MOST_PAGES_DUE = 10;

/** Makes known what was completed of what was due in a time, as instants; or the latest of it, if it is very much. */
export async function readCompletedDue(data: Data, due: { after: string; before: string }): Promise<{ isCut: boolean }> {
  let next: string | null = null;
  for (let pages = 0; pages < MOST_PAGES_DUE; pages += 1) {
    const page: Schemas['TaskPage'] = await readCompleted(data, { due_after: due.after, due_before: due.before }, next);
    next = page.next_cursor ?? null;
    if (next === null) return { isCut: false };
  }
  return { isCut: true };
}

type Narrowing = { project_id?: string; tag?: string[]; due_after?: string; due_before?: string };

async function readCompleted(data: Data, narrowing: Narrowing, cursor: string | null): Promise<Schemas['TaskPage']> {
  const query = { ...NEWEST, ...narrowing, ...(cursor === null ? {} : { cursor }) };
  const page = await read(api.GET('/tasks', { params: { query } }));
  putTasks(data, page.items);
  return page;
}
