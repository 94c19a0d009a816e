import type { Task } from '@/lib/api';

/**
 * What a task can become a part of: open wholes of its own project. There are no parts of parts, and
 * a part comes again with its whole alone.
 */
export function possibleWholes(task: Task, byId: ReadonlyMap<string, Task>): Task[] {
  const all = [...byId.values()];
  if (task.recurrence || all.some((other) => other.parent_id === task.id)) return [];
  const isPossible = (other: Task) =>
    other.id !== task.id && other.id !== task.parent_id && !other.parent_id && !other.completed && other.version > 0;
  return all
    .filter((other) => isPossible(other) && (other.project_id ?? null) === (task.project_id ?? null))
    .sort((a, b) => a.position - b.position);
}
