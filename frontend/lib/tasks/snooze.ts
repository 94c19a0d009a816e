import { announceProblem } from '@/lib/announce';
import { api, read, written, type Schemas } from '@/lib/api';
import { messageOf } from '@/lib/api/errors';
import { putTasks, type Data } from '@/lib/data';
import { randomId } from '@/lib/id';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { noteChange } from '@/lib/undo';

/** Asks to be told of a task again. */
export async function snooze(data: Data, taskId: string, reminderId: string, when: Schemas['Snooze']): Promise<void> {
  const header = { 'Idempotency-Key': randomId() };
  const params = { path: { id: reminderId }, header };
  try {
    const { changeSetId } = await written(api.POST('/reminders/{id}/snooze', { body: when, params }));
    putTasks(data, [await read(api.GET('/tasks/{id}', { params: { path: { id: taskId } } }))]);
    if (changeSetId !== null) noteChange(data, dialogsMessages.changes.snoozed, changeSetId);
  } catch (error) {
    announceProblem(messageOf(error));
  }
}
