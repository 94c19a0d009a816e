import { knownTasks, type Data } from '@/lib/data';
import type { Notice } from '@/lib/realtime/notice';
import { knows } from '@/lib/tasks/collection';
import { dropTask } from '@/lib/tasks/drop';
import type { TaskRefresher } from '@/lib/tasks/refresh';

/** Brings exactly that up to date which a notice is about. */
export function applyNotice(data: Data, refresher: TaskRefresher, notice: Notice): void {
  const [aggregate] = notice.type.split('.');
  switch (aggregate) {
    case 'task':
      applyToTask(data, refresher, notice);
      break;
    case 'project':
      void data.projects.refresh();
      break;
    case 'tag':
      void data.tags.refresh();
      break;
    case 'user':
      void data.profile.refresh();
      break;
    case 'notification':
      void data.unread.refresh();
      if (notice.type === 'notification.created') void tellOf(data, notice.data.task_id);
      break;
    case 'conversation':
    case 'message':
    case 'tool':
      data.heard.set({ about: 'conversation' });
      return;
    default:
      return;
  }
  data.heard.set({ about: aggregate });
}

function applyToTask(data: Data, refresher: TaskRefresher, { type, data: what }: Notice): void {
  // Our own changes come back, too; the answer to the write was faster.
  if (knows(knownTasks(data), what.task_id, what.version)) return;
  if (type === 'task.deleted') dropTask(data, what.task_id, what.version);
  else refresher.add(what.task_id);
}

/** In a page that nobody looks at nothing is told: whoever comes back finds it in the list. */
async function tellOf(data: Data, notification: string): Promise<void> {
  if (document.visibilityState !== 'visible') return;
  const { tell } = await import('@/lib/notifications/tell');
  tell(data, notification);
}
