'use client';

import { Bell, CalendarDays, Flag, Folder, Hash, Repeat } from 'lucide';
import type { MouseEvent, ReactNode } from 'react';
import { DueLabel } from '@/components/tasks/due-label';
import type { Pick, PickerKind } from '@/components/tasks/pickers/use-picker';
import { PRIORITY_TEXT } from '@/components/tasks/priority';
import { RecurrenceLabel } from '@/components/tasks/recurrence/recurrence-label';
import { Badge } from '@/components/ui/badge';
import { Icon, type IconNode } from '@/components/ui/icon';
import type { Task } from '@/lib/api';
import { useData, useRemote } from '@/lib/data-provider';
import { messages } from '@/lib/messages';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { useClock } from '@/lib/tasks/provider';
import { reminderInWords } from '@/lib/tasks/reminders';

type Props = { task: Task; pick: Pick };

const text = { ...messages.task, ...dialogsMessages.task };

/** Due, priority, project and tags: each opens what changes it. */
export function Properties({ task, pick }: Props) {
  const clock = useClock();
  const { value: projects } = useRemote(useData().projects);
  const project = projects?.find(({ id }) => id === task.project_id);
  const open = (kind: PickerKind) => (event: MouseEvent<HTMLElement>) => pick(kind, task, event.currentTarget);
  return (
    <div className="mt-4 grid gap-0.5">
      <Property icon={CalendarDays} label={text.due} onClick={open('due')}>
        {task.due ? <DueLabel task={task} clock={clock} /> : <Unset>{text.noDue}</Unset>}
      </Property>
      <Property icon={Repeat} label={dialogsMessages.recurrence.label} onClick={open('recurrence')}>
        {task.recurrence ? <RecurrenceLabel recurrence={task.recurrence} due={task.due ?? null} /> : <Unset>{dialogsMessages.recurrence.never}</Unset>}
      </Property>
      <Property icon={Bell} label={dialogsMessages.reminders.title} onClick={open('reminders')}>
        {task.reminders.length === 0 ? (
          <Unset>{dialogsMessages.reminders.none}</Unset>
        ) : (
          task.reminders.map((reminder) => <Badge key={reminder.id}>{reminderInWords(reminder, clock)}</Badge>)
        )}
      </Property>
      <Property icon={Flag} label={text.priority} onClick={open('priority')}>
        {task.priority === 'none' ? (
          <Unset>{messages.priorities.none}</Unset>
        ) : (
          <span className={PRIORITY_TEXT[task.priority]}>{messages.priorities[task.priority]}</span>
        )}
      </Property>
      <Property icon={Folder} label={text.project} onClick={open('project')}>
        {project ? project.name : <Unset>{text.noProject}</Unset>}
      </Property>
      <Property icon={Hash} label={text.tags} onClick={open('tags')}>
        {task.tags.length === 0 ? <Unset>{text.noTags}</Unset> : task.tags.map((name) => <Badge key={name}>{name}</Badge>)}
      </Property>
    </div>
  );
}

function Unset({ children }: { children: ReactNode }) {
  return <span className="text-muted">{children}</span>;
}

type PropertyProps = { icon: IconNode; label: string; onClick: (event: MouseEvent<HTMLElement>) => void; children: ReactNode };

function Property({ icon, label, onClick, children }: PropertyProps) {
  return (
    <button
      type="button"
      aria-haspopup="dialog"
      onClick={onClick}
      className="flex min-h-9 w-full items-center gap-3 rounded-control px-1.5 py-1 text-left hover:bg-hover pointer-coarse:min-h-11"
    >
      <span className="flex w-28 shrink-0 items-center gap-2.5 text-muted">
        <Icon of={icon} className="size-4" />
        {label}
      </span>
      <span className="flex min-w-0 flex-1 flex-wrap items-center gap-1.5">{children}</span>
    </button>
  );
}
