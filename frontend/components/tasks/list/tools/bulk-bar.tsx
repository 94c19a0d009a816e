'use client';

import { CalendarDays, CircleCheckBig, Flag, Folder, Hash, Trash2, X } from 'lucide';
import type { MouseEvent } from 'react';
import type { PickerKind } from '@/components/tasks/pickers/use-picker';
import type { RowHandlers } from '@/components/tasks/list/task-row';
import { Button } from '@/components/ui/button';
import { Icon, type IconNode } from '@/components/ui/icon';
import type { Task } from '@/lib/api';
import { messages } from '@/lib/messages';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { clearSelection } from '@/lib/tasks/selection';
import { MOST_AT_ONCE } from '@/lib/tasks/write';

const text = dialogsMessages.bulk;

/** What can be done to all tasks that are chosen; one undo takes all of it back. */
export function BulkBar({ tasks, on }: { tasks: readonly Task[]; on: RowHandlers }) {
  const isTooMany = tasks.length > MOST_AT_ONCE;
  const change = (what: 'complete' | 'delete') => () => {
    on.all(tasks, what);
    clearSelection();
  };
  const picks = (kind: PickerKind) => (event: MouseEvent<HTMLElement>) => on.pick(kind, tasks, event.currentTarget);
  const act = (icon: IconNode, label: string, onClick: (event: MouseEvent<HTMLElement>) => void) => (
    <Button variant="ghost" size="icon" aria-label={label} title={label} disabled={isTooMany} onClick={onClick}>
      <Icon of={icon} className="size-4" />
    </Button>
  );
  return (
    <div
      role="toolbar"
      aria-label={text.label}
      className="fixed inset-x-3 bottom-[calc(var(--floor)+1.25rem)] z-30 mx-auto flex w-fit max-w-[calc(100%-1.5rem)] animate-pop-in items-center gap-0.5 rounded-card border bg-raised py-1.5 pr-1.5 pl-3.5 shadow-raised max-sm:flex-wrap"
    >
      <p aria-live="polite" className="mr-2 min-w-0 truncate text-[0.8125rem] font-medium max-sm:w-full">
        {isTooMany ? text.atMost(MOST_AT_ONCE) : text.selected(tasks.length)}
      </p>
      {act(CircleCheckBig, text.complete, change('complete'))}
      {act(CalendarDays, dialogsMessages.due.title, picks('due'))}
      {act(Flag, messages.task.priority, picks('priority'))}
      {act(Folder, messages.task.project, picks('project'))}
      {act(Hash, messages.task.tags, picks('tags'))}
      {act(Trash2, dialogsMessages.task.delete, change('delete'))}
      <Button variant="ghost" size="icon" aria-label={text.clear} title={text.clear} onClick={clearSelection}>
        <Icon of={X} className="size-4" />
      </Button>
    </div>
  );
}
