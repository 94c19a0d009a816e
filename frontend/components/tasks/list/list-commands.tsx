'use client';

import type { TaskFocus } from '@/components/tasks/list/area-focus';
import type { RowHandlers } from '@/components/tasks/list/task-row';
import type { PickerKind } from '@/components/tasks/pickers/use-picker';
import type { Task } from '@/lib/api';
import { useCommands, type Command } from '@/lib/commands';
import { commandsMessages } from '@/lib/messages/commands';
import { openTask } from '@/lib/open-task';

const text = commandsMessages;

/** Where titles are not edited in place, there is no `edit`. */
type Handlers = Omit<RowHandlers, 'edit'> & Partial<Pick<RowHandlers, 'edit'>>;

/** What the keyboard does in a list: to the task that has the focus. */
export default function ListCommands({ focus, on }: { focus: TaskFocus; on: Handlers }): null {
  const toCurrent = (act: (task: Task, element: HTMLElement) => void) => () => {
    const found = focus.current();
    if (found) act(found.task, found.element);
  };
  const picks = (kind: PickerKind) =>
    toCurrent((task, element) => on.pick(kind, task, element.querySelector<HTMLElement>('[data-title]') ?? element));
  const list = (id: string, title: string, keys: string, run: () => void): Command => ({
    id,
    title,
    keys,
    run,
    group: 'list',
    isOnlyKeys: true,
  });
  useCommands([
    list('next', text.next, 'j', () => focus.move(1)),
    list('previous', text.previous, 'k', () => focus.move(-1)),
    list('open', text.open, 'o', toCurrent((task) => openTask(task.id))),
    list('complete', text.complete, 'x', toCurrent(on.toggle)),
    ...(on.edit ? [list('edit', text.edit, 'e', toCurrent((task) => on.edit?.(task.id)))] : []),
    list('due', text.setDue, 'd', picks('due')),
    list('priority', text.setPriority, 'p', picks('priority')),
    list('tags', text.setTags, 't', picks('tags')),
    list('project', text.move, 'm', picks('project')),
    list('delete', text.remove, 'Delete', toCurrent(on.remove)),
  ]);
  return null;
}
