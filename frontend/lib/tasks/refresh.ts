import { read, type Api } from '@/lib/api';
import { knownTasks, putTasks, type Data } from '@/lib/data';
import { Refresher } from '@/lib/refresher';
import { dropTask } from '@/lib/tasks/drop';

/** Their ids stand in the address. */
const AT_ONCE = 50;

/** Reads single tasks anew. */
export function refresherOfTasks(api: Api, data: Data): Refresher<string> {
  return new Refresher(async (ids) => {
    const query = { id: [...ids], include_deleted: true, limit: AT_ONCE };
    const { items } = await read(api.GET('/tasks', { params: { query } }));
    putTasks(data, items);
    const there = new Set(items.map(({ id }) => id));
    for (const id of ids) if (!there.has(id)) dropTask(data, id, knownTasks(data).byId.get(id)?.version ?? 0);
  }, AT_ONCE);
}
