import { amend } from '@/lib/amend';
import { knownTasks, type Data } from '@/lib/data';
import { withoutProject } from '@/lib/projects/list';
import type { Notice } from '@/lib/realtime/notice';
import type { Refreshers } from '@/lib/refreshers';
import { knows } from '@/lib/tasks/collection';
import { dropTask } from '@/lib/tasks/drop';

/** Brings exactly that up to date which a notice is about. */
export function applyNotice(data: Data, refreshers: Refreshers, notice: Notice): void {
  const [aggregate] = notice.type.split('.');
  switch (aggregate) {
    case 'task':
      applyToTask(data, refreshers, notice);
      break;
    case 'project':
      applyToProject(data, refreshers, notice);
      break;
    case 'tag':
      refreshers.tags.add(notice.data.seq);
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
  data.heard.set({ about: aggregate, notice });
}

function applyToTask(data: Data, { tasks }: Refreshers, { type, data: what }: Notice): void {
  // Our own changes come back, too; the answer to the write was faster.
  if (knows(knownTasks(data), what.task_id, what.version)) return;
  if (type === 'task.deleted') dropTask(data, what.task_id, what.version);
  else tasks.add(what.task_id);
}

function applyToProject(data: Data, { projects }: Refreshers, { type, data: { task_id: id, version } }: Notice): void {
  const known = data.projects.known?.find((project) => project.id === id);
  if (known && known.version >= version) return;
  if (type === 'project.deleted') amend(data.projects, (others) => withoutProject(others, id));
  else projects.add(id);
}

/** In a page that nobody looks at nothing is told: whoever comes back finds it in the list. */
async function tellOf(data: Data, notification: string): Promise<void> {
  if (document.visibilityState !== 'visible') return;
  const { tell } = await import('@/lib/notifications/tell');
  tell(data, notification);
}
