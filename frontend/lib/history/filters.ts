import type { operations } from '@/lib/api/schema';

type Query = NonNullable<operations['list_history']['parameters']['query']>;

export const ACTORS = ['user', 'agent_run', 'rule', 'import', 'token', 'system'] as const;

/** What happened, in groups that people think in. */
export const HAPPENINGS = {
  created: ['task.created', 'project.created', 'tag.created'],
  completed: ['task.completed', 'task.reopened'],
  changed: ['task.updated', 'task.due_changed', 'task.recurrence_changed', 'task.reminders_changed', 'project.updated', 'tag.updated'],
  deleted: ['task.deleted', 'task.restored', 'project.deleted', 'project.restored', 'tag.deleted'],
} as const;

export type Happening = keyof typeof HAPPENINGS;
export const HAPPENING_NAMES = Object.keys(HAPPENINGS) as Happening[];

export type HistoryFilters = {
  actor: (typeof ACTORS)[number] | null;
  what: Happening | null;
  /** What an agent did in one run. */
  run: string | null;
};

export function historyFiltersOf(parameters: { get: (name: string) => string | null }): HistoryFilters {
  return {
    actor: ACTORS.find((each) => each === parameters.get('actor')) ?? null,
    what: HAPPENING_NAMES.find((each) => each === parameters.get('what')) ?? null,
    run: parameters.get('run'),
  };
}

export function historyQueryOf({ actor, what, run }: HistoryFilters): Query {
  return {
    ...(actor === null ? {} : { actor }),
    ...(what === null ? {} : { type: [...HAPPENINGS[what]] }),
    ...(run === null ? {} : { run }),
  };
}
