import { read, type Api, type Due, type NewTask, type QuickTask } from '@/lib/api';
import type { Creation } from '@/lib/tasks/write';

/** A line, and what the server made of it. */
export type Understood = { line: string; quick: QuickTask };

/** What the server makes of a line of text. It changes nothing. */
export function understand(api: Api, text: string, key?: string, signal?: AbortSignal): Promise<QuickTask> {
  const header = key === undefined ? {} : { 'Idempotency-Key': key };
  return read(api.POST('/tasks/quick', { body: { text, preview: true }, params: { header }, signal }));
}

/** When something is due by words that say nothing else; null if they do not say it. */
export async function understandDate(api: Api, words: string, signal?: AbortSignal): Promise<Due | null> {
  // Alone, "sat" could be what is to be done.
  const { understood } = await understand(api, `due ${words}`, undefined, signal);
  return understood.due ?? null;
}

/** The task that a line asks for; `defaults` is what the view adds where the line says nothing. */
export function taskOf({ understood, project_id }: QuickTask, defaults: Omit<NewTask, 'title'>): NewTask {
  const { title, due, priority, recurrence, reminders, tags } = understood;
  return {
    title,
    due: due ?? defaults.due,
    priority: priority ?? defaults.priority,
    project_id: project_id ?? defaults.project_id,
    parent_id: defaults.parent_id,
    tags: [...new Set([...(defaults.tags ?? []), ...tags])],
    recurrence: recurrence && {
      rule: recurrence.rule,
      mode: recurrence.after_completion ? 'after_completion' : 'from_due',
    },
    reminders: reminders.map((minutes) => ({ when: { kind: 'before', minutes } })),
  };
}

/** The task to be created, once it is known what was meant. */
export async function understood(api: Api, write: Creation): Promise<NewTask> {
  const { task, text, key } = write;
  if (text === undefined) return task;
  // With a key it may be asked again, and it does nothing anyway.
  return taskOf(await understand(api, text, `${key}-preview`), task);
}
