import type { Priority } from '@/lib/api';
import type { operations } from '@/lib/api/schema';
import { PRIORITIES } from '@/lib/tasks/groups';
import { addDays, type Day } from '@/lib/time/day';
import { startOfDay } from '@/lib/time/instant';

type Query = NonNullable<operations['list_tasks']['parameters']['query']>;

export const STATUSES = ['all', 'open', 'completed'] as const;
export const DUES = ['any', 'overdue', 'today', 'week', 'month'] as const;
export const SORTS = ['due', 'priority', 'created_at', 'updated_at', 'title'] as const;

/** What is searched for, as the address says it. */
export type Filters = {
  q: string;
  status: (typeof STATUSES)[number];
  priority: Priority | null;
  project: string | null;
  tag: string | null;
  due: (typeof DUES)[number];
  sort: (typeof SORTS)[number];
};

type Parameters = { get: (name: string) => string | null };

/** What an address asks for. Whatever it says that nobody offers counts as not said. */
export function filtersOf(parameters: Parameters): Filters {
  const one = <T extends string>(name: string, of: readonly T[]) => of.find((each) => each === parameters.get(name));
  return {
    q: (parameters.get('q') ?? '').slice(0, 200),
    status: one('status', STATUSES) ?? 'all',
    priority: one('priority', PRIORITIES) ?? null,
    project: uuidOf(parameters.get('project')),
    tag: parameters.get('tag') || null,
    due: one('due', DUES) ?? 'any',
    sort: one('sort', SORTS) ?? 'due',
  };
}

/** The address's parameters for filters: what is as it is anyway does not stand there. */
export function parametersOf(filters: Partial<Filters>): Record<string, string | null> {
  const usual: Record<string, string | null> = { q: '', status: 'all', due: 'any', sort: 'due' };
  return Object.fromEntries(
    Object.entries(filters).map(([name, value]) => [name, value === usual[name] ? null : value]),
  );
}

const NARROWING = ['status', 'priority', 'project', 'tag', 'due'] as const;

/** Whether anything but words narrows the search. */
export function isFiltered(filters: Filters): boolean {
  const parameters = parametersOf(filters);
  return NARROWING.some((name) => parameters[name] !== null);
}

/** The same for the API. Days are those of the person's zone. */
export function queryOf(filters: Filters, today: Day, zone: string): Query {
  const { q, status, priority, project, tag, due, sort } = filters;
  const before = (days: number) => ({ due_before: startOfDay(addDays(today, days), zone) });
  const after = { due_after: startOfDay(today, zone) };
  const dues: Record<Filters['due'], Query> = {
    any: {},
    overdue: { overdue: true },
    today: { ...after, ...before(1) },
    week: { ...after, ...before(7) },
    month: { ...after, ...before(30) },
  };
  return {
    // Without a word there is nothing to look for.
    ...(/[\p{L}\p{N}]/u.test(q) ? { q } : {}),
    ...(status === 'all' ? {} : { status }),
    ...(priority === null ? {} : { priority: [priority] }),
    ...(project === null ? {} : { project_id: project }),
    ...(tag === null ? {} : { tag: [tag] }),
    ...dues[due],
    sort,
    order: sort === 'due' || sort === 'title' ? 'asc' : 'desc',
  };
}

function uuidOf(text: string | null): string | null {
  return text !== null && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) ? text : null;
}
