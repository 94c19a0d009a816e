import { announceProblem } from '@/lib/announce';
import { api, read, written, type Schemas, type Task } from '@/lib/api';
import { messageOf } from '@/lib/api/errors';
import { knownTasks, putTasks, type Data } from '@/lib/data';
import { randomId } from '@/lib/id';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { noteChange } from '@/lib/undo';

/** Asks to be told of a task again. It is shown at once, and what was known before if it is refused. */
export async function snooze(data: Data, taskId: string, reminderId: string, when: Schemas['Snooze']): Promise<void> {
  const before = knownTasks(data).byId.get(taskId);
  if (before) putTasks(data, [snoozed(before, reminderId, when)]);
  const header = { 'Idempotency-Key': randomId() };
  const params = { path: { id: reminderId }, header };
  try {
    const { changeSetId } = await written(api.POST('/reminders/{id}/snooze', { body: when, params }));
    putTasks(data, [await read(api.GET('/tasks/{id}', { params: { path: { id: taskId } } }))]);
    if (changeSetId !== null) noteChange(data, dialogsMessages.changes.snoozed, changeSetId);
  } catch (error) {
    // Unless a newer one has come in meanwhile.
    if (before) putTasks(data, [before]);
    announceProblem(messageOf(error));
  }
}

function snoozed(task: Task, reminderId: string, { until, minutes }: Schemas['Snooze']): Task {
  const snoozed_until = until ?? new Date(Date.now() + (minutes ?? 0) * 60_000).toISOString();
  return { ...task, reminders: task.reminders.map((each) => (each.id === reminderId ? { ...each, snoozed_until } : each)) };
}
