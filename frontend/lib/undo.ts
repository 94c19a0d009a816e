import { announce, announceProblem } from '@/lib/announce';
import { api, written, type UndoReport } from '@/lib/api';
import { messageOf } from '@/lib/api/errors';
import { refreshKind, type Data } from '@/lib/data';
import { randomId } from '@/lib/id';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { createStore } from '@/lib/store';
import { TaskRefresher } from '@/lib/tasks/refresh';

/** The newest change of this page that can be taken back. */
export const lastChange = createStore<string | null>(null);

/** Tells what was done, and offers to take it back. */
export function noteChange(data: Data, text: string, changeSetId: string): void {
  lastChange.set(changeSetId);
  announce(text, { label: dialogsMessages.changes.undo, run: () => void undo(data, changeSetId) });
}

/** Takes a change-set back. What somebody has changed since stays, and is named. */
export async function undo(data: Data, changeSetId: string): Promise<void> {
  if (lastChange.get() === changeSetId) lastChange.set(null);
  try {
    const answer = await written(
      api.POST('/undo', {
        body: { change_set_id: changeSetId },
        params: { header: { 'Idempotency-Key': randomId() } },
      }),
    );
    refresh(data, answer.data);
    tell(data, answer.data, answer.changeSetId);
  } catch (error) {
    announceProblem(messageOf(error));
  }
}

export async function undoLast(data: Data): Promise<void> {
  const changeSetId = lastChange.get();
  if (changeSetId === null) announce(dialogsMessages.changes.nothingToUndo);
  else await undo(data, changeSetId);
}

function refresh(data: Data, report: UndoReport): void {
  const refresher = new TaskRefresher(api, data);
  for (const { kind, id } of report.undone) {
    if (kind === 'task') refresher.add(id);
    else void refreshKind(data, kind);
  }
}

function tell(data: Data, report: UndoReport, by: string | null): void {
  const kept = report.skipped.at(0);
  if (kept) announceProblem(dialogsMessages.changes.partlyUndone(kept.name, kept.reason));
  else if (by === null) announce(dialogsMessages.changes.undone);
  else announce(dialogsMessages.changes.undone, { label: dialogsMessages.changes.redo, run: () => void undo(data, by) });
}
