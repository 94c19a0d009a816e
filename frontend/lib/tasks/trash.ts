import type { Task } from '@/lib/api';

/** What was deleted as one: a task, with as many of its parts as went with it. */
export type Deleted = { task: Task; parts: number };

/** A part that went with its whole comes back with it, and is not seen by itself. */
export function deletedOnes(tasks: readonly Task[]): Deleted[] {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const wholeOf = (task: Task) => {
    const whole = byId.get(task.parent_id ?? '');
    return whole?.deleted_at === task.deleted_at ? whole : undefined;
  };
  const parts = new Map<string, number>();
  for (const task of tasks) {
    const whole = wholeOf(task);
    if (whole) parts.set(whole.id, (parts.get(whole.id) ?? 0) + 1);
  }
  return tasks.filter((task) => !wholeOf(task)).map((task) => ({ task, parts: parts.get(task.id) ?? 0 }));
}

/** The trash when a task has come back from it, with its parts. */
export function withoutDeleted(tasks: readonly Task[], whole: Task): Task[] {
  const goesAlong = (task: Task) => task.parent_id === whole.id && task.deleted_at === whole.deleted_at;
  return tasks.filter((task) => task.id !== whole.id && !goesAlong(task));
}
