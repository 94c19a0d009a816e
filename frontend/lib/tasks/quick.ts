import { read, type Api, type Due, type NewTask, type QuickTask } from '@/lib/api';
import type { TaskWrite } from '@/lib/tasks/write';

/** A line, and what the server made of it. */
export type Understood = { line: string; quick: QuickTask };

/** What the server makes of a line of text, which may have been typed before now. It changes nothing. */
export function understand(
  api: Api,
  text: string,
  key?: string,
  signal?: AbortSignal,
  typedAt?: string,
): Promise<QuickTask> {
  const header = key === undefined ? {} : { 'Idempotency-Key': key };
  const body = { text, preview: true, typed_at: typedAt };
  return read(api.POST('/tasks/quick', { body, params: { header }, signal }));
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

/** The same write, once it is known what was meant. */
export async function understood(api: Api, write: TaskWrite): Promise<TaskWrite> {
  if (write.kind !== 'create' || write.text === undefined) return write;
  const { key, kind, task, text, typedAt } = write;
  // With a key it may be asked again, and it does nothing anyway.
  const quick = await understand(api, text, `${key}-preview`, undefined, ifBefore(typedAt));
  return { key, kind, task: taskOf(quick, task) };
}

const AT_ONCE_MILLISECONDS = 60_000;

/** When a line was typed that has waited. One that has not is read by the server's clock: this one may be wrong. */
function ifBefore(typedAt: string | undefined): string | undefined {
  return typedAt !== undefined && Date.now() - Date.parse(typedAt) > AT_ONCE_MILLISECONDS ? typedAt : undefined;
}
