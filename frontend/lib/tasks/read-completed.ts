import { api, read, type Task } from '@/lib/api';
import { putTasks, type Data } from '@/lib/data';
import type { Page } from '@/lib/listing';

const ENOUGH = 100;

type Wanted = {
  projectId?: string | null;
  /** Only those that were due in this time, as instants. */
  due?: { after: string; before: string };
};

/** Makes a page of the completed tasks known, those that were changed last at first. */
export async function readCompleted(
  data: Data,
  { projectId = null, due }: Wanted,
  cursor: string | null = null,
): Promise<Page<Task, string>> {
  const query = {
    status: 'completed',
    sort: 'updated_at',
    order: 'desc',
    limit: ENOUGH,
    ...(projectId === null ? {} : { project_id: projectId }),
    ...(due ? { due_after: due.after, due_before: due.before } : {}),
    ...(cursor === null ? {} : { cursor }),
  } as const;
  const page = await read(api.GET('/tasks', { params: { query } }));
  putTasks(data, page.items);
  return page;
}
