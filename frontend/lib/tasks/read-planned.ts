import { api, read, type Task } from '@/lib/api';
import type { Planned } from '@/lib/tasks/calendar';
import { addDays, type Day } from '@/lib/time/day';

/** More series than that on one page would be unreadable, and each is a request. */
const SERIES = 40;
const AT_A_TIME = 6;

/** What the series of these tasks will bring on some days: of each series the newest task says it. */
export async function readPlanned(tasks: Iterable<Task>, days: readonly Day[]): Promise<Planned[]> {
  const [from, last] = [days.at(0), days.at(-1)];
  if (from === undefined || last === undefined) return [];
  const range = { from, to: addDays(last, 1) };
  const newest = [...tasks].filter(({ recurrence }) => recurrence && !recurrence.next).slice(0, SERIES);
  const planned: Planned[] = [];
  for (let start = 0; start < newest.length; start += AT_A_TIME) {
    const read = newest.slice(start, start + AT_A_TIME).map((task) => occurrences(task, range));
    planned.push(...(await Promise.all(read)).flat());
  }
  return planned;
}

async function occurrences(task: Task, query: { from: Day; to: Day }): Promise<Planned[]> {
  const { items } = await read(api.GET('/tasks/{id}/occurrences', { params: { path: { id: task.id }, query } }));
  return items.map((occurrence) => ({ task, occurrence }));
}
