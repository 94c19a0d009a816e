import { announce, announcement, announceProblem, type Announcement } from '@/lib/announce';
import { api, written, type UndoReport, type Written } from '@/lib/api';
import { messageOf } from '@/lib/api/errors';
import type { Data } from '@/lib/data';
import { randomId } from '@/lib/id';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { refreshersOf } from '@/lib/refreshers';
import { createStore } from '@/lib/store';

/** The change-sets of the newest change of this page that can be taken back; none if there is none. */
const lastChange = createStore<readonly string[]>([]);

/** Of what was done in one go, the oldest first. */
type ChangeSets = string | readonly string[];

/** Tells what was done, and offers to take it back. */
export function noteChange(data: Data, text: string, changeSets: ChangeSets, tone: Announcement['tone'] = 'done'): void {
  const ids = [changeSets].flat();
  lastChange.set(ids);
  announcement.set({ text, tone, action: { label: dialogsMessages.changes.undo, run: () => void undo(data, ids) } });
}

/** Takes change-sets back. What somebody has changed since stays, and is named. */
export async function undo(data: Data, changeSets: ChangeSets): Promise<void> {
  const ids = [changeSets].flat();
  lastChange.set((last) => (ids.some((id) => last.includes(id)) ? [] : last));
  try {
    const answers: Written<UndoReport>[] = [];
    // As they came one upon the other.
    for (const id of ids.toReversed()) {
      const answer = await takeBack(id);
      refresh(data, answer.data);
      answers.push(answer);
    }
    tell(data, answers);
  } catch (error) {
    announceProblem(messageOf(error));
  }
}

function takeBack(id: string): Promise<Written<UndoReport>> {
  const header = { 'Idempotency-Key': randomId() };
  return written(api.POST('/undo', { body: { change_set_id: id }, params: { header } }));
}

export async function undoLast(data: Data): Promise<void> {
  const changeSets = lastChange.get();
  if (changeSets.length === 0) announce(dialogsMessages.changes.nothingToUndo);
  else await undo(data, changeSets);
}

function refresh(data: Data, report: UndoReport): void {
  const { tasks, projects } = refreshersOf(api, data);
  for (const { kind, id } of report.undone) {
    switch (kind) {
      case 'task':
        tasks.add(id);
        break;
      case 'project':
        projects.add(id);
        break;
      case 'tag':
        void data.tags.refresh();
        break;
      case 'profile':
        void data.profile.refresh();
        break;
    }
  }
}

function tell(data: Data, answers: readonly Written<UndoReport>[]): void {
  const kept = answers.flatMap((answer) => answer.data.skipped).at(0);
  const by = answers.flatMap(({ changeSetId }) => changeSetId ?? []);
  if (kept) announceProblem(dialogsMessages.changes.partlyUndone(kept.name, kept.reason));
  else if (by.length === 0) announce(dialogsMessages.changes.undone);
  else announce(dialogsMessages.changes.undone, { label: dialogsMessages.changes.redo, run: () => void undo(data, by) });
}
