import type { Task } from '@/lib/api';

/** A task for tests, with what matters to them. */
export function example(fields: Partial<Task> = {}): Task {
  return {
    id: 'a',
    title: 'Water the plants',
    description: '',
    completed: false,
    priority: 'none',
    tags: [],
    project_id: null,
    parent_id: null,
    position: 0,
    due: null,
    due_at: null,
    reminders: [],
    created_at: '2026-11-20T08:00:00Z',
    updated_at: '2026-11-20T08:00:00Z',
    completed_at: null,
    deleted_at: null,
    version: 1,
    ...fields,
  };
}

export function byId(...tasks: Task[]): ReadonlyMap<string, Task> {
  return new Map(tasks.map((task) => [task.id, task]));
}
