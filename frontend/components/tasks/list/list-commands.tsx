'use client';

import type { TaskFocus } from '@/components/tasks/list/area-focus';
import { listCommand } from '@/components/tasks/list/list-command';
import type { RowHandlers } from '@/components/tasks/list/task-row';
import type { PickerKind } from '@/components/tasks/pickers/use-picker';
import type { Task } from '@/lib/api';
import { useCommands } from '@/lib/commands';
import { commandsMessages } from '@/lib/messages/commands';
import { openTask } from '@/lib/open-task';

const text = commandsMessages;

/** Where titles are not edited in place, there is no `edit`. */
type Handlers = Omit<RowHandlers, 'edit' | 'retitle'> & Partial<Pick<RowHandlers, 'edit'>>;

/** What the keyboard does in a list: to the task that has the focus. */
export default function ListCommands({ focus, on }: { focus: TaskFocus; on: Handlers }): null {
  const toCurrent = (act: (task: Task, element: HTMLElement) => void) => () => {
    const found = focus.current();
    if (found) act(found.task, found.element);
  };
  const picks = (kind: PickerKind) =>
    toCurrent((task, element) => on.pick(kind, task, element.querySelector<HTMLElement>('[data-title]') ?? element));
  useCommands([
    listCommand('next', text.next, 'j', () => focus.move(1)),
    listCommand('previous', text.previous, 'k', () => focus.move(-1)),
    listCommand('open', text.open, 'o', toCurrent((task) => openTask(task.id))),
    listCommand('complete', text.complete, 'x', toCurrent(on.toggle)),
    ...(on.edit ? [listCommand('edit', text.edit, 'e', toCurrent((task) => on.edit?.(task.id)))] : []),
    listCommand('due', text.setDue, 'd', picks('due')),
    listCommand('priority', text.setPriority, 'p', picks('priority')),
    listCommand('tags', text.setTags, 't', picks('tags')),
    listCommand('project', text.move, 'm', picks('project')),
    listCommand('delete', text.remove, 'Delete', toCurrent(on.remove)),
  ]);
  return null;
}
