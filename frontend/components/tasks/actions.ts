'use client';

import { useMemo } from 'react';
import type { NewTask, Task } from '@/lib/api';
import type { Data } from '@/lib/data';
import { useData } from '@/lib/data-provider';
import type * as Writing from '@/lib/tasks/write';
import { writeTask, type Outcome } from '@/lib/tasks/write-task';

export type TaskActions = {
  toggle: (task: Task) => void;
  /** Changes fields of the task as the person saw it. */
  set: (seen: Task, fields: Partial<Writing.Fields>) => void;
  remove: (task: Task) => void;
  /** The caller tells what went wrong. */
  create: (task: NewTask) => Promise<Outcome>;
};

/** What can be done to a task. Always the same object, so that rows need not be drawn again. */
export function useTaskActions(): TaskActions {
  const data = useData();
  return useMemo(
    () => ({
      toggle: (task) => void act(data, ({ completion }) => completion(task.id, !task.completed)),
      set: (seen, fields) => void act(data, ({ update }) => update(seen, fields)),
      remove: (task) => void act(data, ({ deletion }) => deletion(task.id)),
      create: (task) => act(data, ({ creation }) => creation(task), { isQuiet: true }),
    }),
    [data],
  );
}

const DONE: Outcome = { ok: true, task: null };

/** What makes a write comes with what sends it: `loadWriter` has fetched both. */
async function act(
  data: Data,
  make: (writing: typeof Writing) => Writing.TaskWrite | null,
  options?: { isQuiet: boolean },
): Promise<Outcome> {
  const write = make(await import('@/lib/tasks/write'));
  return write === null ? DONE : writeTask(data, write, options);
}
