'use client';

import { useMemo } from 'react';
import type { NewTask, Task } from '@/lib/api';
import type { Data } from '@/lib/data';
import { useData } from '@/lib/data-provider';
import type * as Writing from '@/lib/tasks/write';
import { writeTask, type Outcome, type WriteOptions } from '@/lib/tasks/write-task';

export type TaskActions = {
  toggle: (task: Task) => void;
  /** Changes fields of the task as the person saw it. */
  set: (seen: Task, fields: Partial<Writing.Fields>, atField?: WriteOptions['atField']) => void;
  remove: (task: Task) => void;
  /** How a task is to come again from the one that was seen on, and what it will look like. */
  repeat: (seen: Task, to: Writing.SeriesWrite['to'], shown: Writing.SeriesShown) => void;
  /** The caller tells what went wrong. With a text, the server says first what it means. */
  create: (task: NewTask, text?: string) => Promise<Outcome>;
  /** The same to several tasks, undone by one undo. */
  all: (tasks: readonly Task[], change: Writing.Change) => void;
};

/** What can be done to a task. Always the same object, so that rows need not be drawn again. */
export function useTaskActions(): TaskActions {
  const data = useData();
  return useMemo(
    () => ({
      toggle: (task) => void act(data, ({ completion }) => completion(task.id, !task.completed)),
      set: (seen, fields, atField) => void act(data, ({ update }) => update(seen, fields), { atField }),
      repeat: (seen, to, shown) => void act(data, ({ ofSeries }) => ofSeries(seen, to, shown)),
      remove: (task) => void act(data, ({ deletion }) => deletion(task.id)),
      create: (task, text) => act(data, ({ creation }) => creation(task, text), { isQuiet: true }),
      all: (tasks, change) => void act(data, ({ together }) => together(tasks, change)),
    }),
    [data],
  );
}

const DONE: Outcome = { ok: true, task: null };

/** What makes a write comes with what sends it: `loadWriter` has fetched both. */
async function act(
  data: Data,
  make: (writing: typeof Writing) => Writing.TaskWrite | null,
  options?: WriteOptions,
): Promise<Outcome> {
  const write = make(await import('@/lib/tasks/write'));
  return write === null ? DONE : writeTask(data, write, options);
}
