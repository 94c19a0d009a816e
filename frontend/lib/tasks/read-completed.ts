import { api, read } from '@/lib/api';
import { putTasks, type Data } from '@/lib/data';

const ENOUGH = 100;

type Wanted = {
  projectId?: string | null;
  /** Only those that were due in this time, as instants. */
  due?: { after: string; before: string };
};

/** Makes completed tasks known: those that were changed last. */
export async function readCompleted(data: Data, { projectId = null, due }: Wanted): Promise<true> {
  const query = {
    status: 'completed',
    sort: 'updated_at',
    order: 'desc',
    limit: ENOUGH,
    ...(projectId === null ? {} : { project_id: projectId }),
    ...(due ? { due_after: due.after, due_before: due.before } : {}),
  } as const;
  putTasks(data, (await read(api.GET('/tasks', { params: { query } }))).items);
  return true;
}
