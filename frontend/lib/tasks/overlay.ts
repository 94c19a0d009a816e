import type { NewTask, Task } from '@/lib/api';
import { byIds, idOf, partKey } from '@/lib/tasks/given-ids';
import type { Creation, TaskWrite } from '@/lib/tasks/write';
import type { Overlay } from '@/lib/tasks/writes';

/** Where a task that is not saved yet stands: behind all others. */
const LAST = Number.MAX_SAFE_INTEGER;

/**
 * The tasks as they will be when everything that is on its way has arrived. What fails is simply
 * no longer on its way: there is nothing to be rolled back.
 */
export const overlay: Overlay = (saved, writes, now) => {
  if (writes.length === 0) return saved;
  const tasks = new Map(saved);
  for (const write of writes) apply(tasks, byIds(write), now);
  return tasks;
};

function apply(tasks: Map<string, Task>, write: TaskWrite, now: string): void {
  if (write.kind === 'create') {
    create(tasks, write, now);
    return;
  }
  if (write.kind === 'batch') {
    for (const each of write.writes) apply(tasks, each, now);
    return;
  }
  const task = tasks.get(write.id);
  if (!task) return;
  switch (write.kind) {
    case 'update': {
      const moved = 'due' in write.fields ? { due_at: null } : {};
      tasks.set(task.id, { ...task, ...write.fields, ...moved });
      break;
    }
    case 'complete':
      tasks.set(task.id, { ...task, completed: write.completed, completed_at: write.completed ? now : null });
      break;
    case 'series':
      tasks.set(task.id, { ...task, ...write.shown });
      break;
    case 'delete':
      tasks.delete(task.id);
      for (const other of tasks.values()) if (other.parent_id === task.id) tasks.delete(other.id);
      break;
  }
}

/** Until its parts are there, too, a copy may be saved already. */
function create(tasks: Map<string, Task>, { key, task, parts = [] }: Creation, now: string): void {
  const id = idOf(key);
  if (!tasks.has(id)) tasks.set(key, draft(key, task, now));
  for (const [index, part] of parts.entries()) {
    const known = partKey(key, index);
    if (!tasks.has(idOf(known))) tasks.set(known, draft(known, { ...part, parent_id: id }, now));
  }
}

function draft(id: string, task: NewTask, now: string): Task {
  return {
    id,
    title: task.title,
    description: task.description ?? '',
    completed: task.completed ?? false,
    priority: task.priority ?? 'none',
    tags: task.tags ?? [],
    project_id: task.project_id ?? null,
    parent_id: task.parent_id ?? null,
    position: task.position ?? LAST,
    due: task.due ?? null,
    due_at: null,
    reminders: [],
    created_at: now,
    updated_at: now,
    completed_at: null,
    deleted_at: null,
    version: 0,
  };
}
