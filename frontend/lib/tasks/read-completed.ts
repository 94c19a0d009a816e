import { api, read, type Schemas, type Task } from '@/lib/api';
import { putTasks, type Data } from '@/lib/data';
import type { Page } from '@/lib/listing';
import type { Scope } from '@/lib/tasks/scope';

const ENOUGH = 100;
const NEWEST = { status: 'completed', sort: 'updated_at', order: 'desc', limit: ENOUGH } as const;

type Wanted = {
  projectId?: string | null;
  /** Only those that were due in this time, as instants. */
  due?: { after: string; before: string };
};

/** Makes completed tasks known: those that were changed last. */
export async function readCompleted(data: Data, { projectId = null, due }: Wanted): Promise<true> {
  const query = {
    ...NEWEST,
    ...(projectId === null ? {} : { project_id: projectId }),
    ...(due ? { due_after: due.after, due_before: due.before } : {}),
  } as const;
  putTasks(data, (await read(api.GET('/tasks', { params: { query } }))).items);
  return true;
}

/** So many pages at a time are searched for one that has something of the inbox: the server knows no such list. */
const MOST_PAGES = 5;

/** Makes a page more of the completed tasks of a view known, those that were changed last at first. */
export async function completedPage(data: Data, scope: Scope, cursor: string | null): Promise<Page<Task, string>> {
  for (let next = cursor, pages = 1; ; pages += 1) {
    const query = { ...NEWEST, ...narrowed(scope), ...(next === null ? {} : { cursor: next }) };
    const page: Schemas['TaskPage'] = await read(api.GET('/tasks', { params: { query } }));
    putTasks(data, page.items);
    const items = scope.kind === 'inbox' ? page.items.filter((task) => !task.project_id) : page.items;
    next = page.next_cursor ?? null;
    if (items.length > 0 || next === null || pages === MOST_PAGES) return { items, next_cursor: next };
  }
}

function narrowed(scope: Scope): { project_id?: string; tag?: string[] } {
  if (scope.kind === 'project') return { project_id: scope.id };
  return scope.kind === 'tag' ? { tag: [scope.name] } : {};
}
