import type { NewTask, Task } from '@/lib/api';
import { randomId } from '@/lib/id';
import type { Creation } from '@/lib/tasks/write';

/**
 * The same task once more, to be done besides: directly behind it, with all that people have written
 * of it, and with the parts that are still to be done.
 */
export function duplication(task: Task, known: Iterable<Task>, now: number): Creation {
  const all = [...known];
  const parts = all
    .filter(({ parent_id: parent, completed }) => parent === task.id && !completed)
    .sort((a, b) => a.position - b.position)
    .map((part) => copyOf(part, now));
  return { key: randomId(), kind: 'create', task: { ...copyOf(task, now), position: positionBehind(task, all) }, parts };
}

function copyOf(task: Task, now: number): NewTask {
  const { title, description, priority, tags, project_id, parent_id, due, recurrence, reminders } = task;
  return {
    title,
    description,
    priority,
    tags,
    project_id,
    parent_id,
    due,
    // A series of its own, which begins with this one.
    recurrence: recurrence && {
      rule: recurrence.rule,
      mode: recurrence.mode,
      open: recurrence.open,
      catch_up: recurrence.catch_up,
    },
    // Of a moment that has passed nobody can be reminded.
    reminders: reminders
      .filter(({ when }) => when.kind === 'before' || Date.parse(when.at) > now)
      .map(({ when, channels }) => ({ when, channels })),
  };
}

/** Undefined where nothing stands behind it: then the server puts it there. */
function positionBehind(task: Task, all: readonly Task[]): number | undefined {
  const isBeside = (other: Task) => isSame(other.project_id, task.project_id) && isSame(other.parent_id, task.parent_id);
  // What is not saved has no place yet.
  const behind = all.filter((other) => other.version > 0 && other.position > task.position && isBeside(other));
  if (behind.length === 0 || task.version === 0) return undefined;
  return (task.position + Math.min(...behind.map(({ position }) => position))) / 2;
}

function isSame(a: string | null | undefined, b: string | null | undefined): boolean {
  return (a ?? null) === (b ?? null);
}
