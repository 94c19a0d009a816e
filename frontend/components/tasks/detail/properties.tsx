'use client';

import { Bell, CalendarDays, Flag, Folder, Hash, Repeat } from 'lucide';
import type { ReactNode } from 'react';
import { DueLabel } from '@/components/tasks/due-label';
import type { Pick, PickerKind } from '@/components/tasks/pickers/use-picker';
import { PRIORITY_TEXT } from '@/components/tasks/priority';
import { RecurrenceLabel } from '@/components/tasks/recurrence/recurrence-label';
import { useAllDayAt } from '@/components/tasks/reminders/use-all-day-at';
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
  const allDayAt = useAllDayAt(task.due);
  const { value: projects } = useRemote(useData().projects);
  const project = projects?.find(({ id }) => id === task.project_id);
  const open = (kind: PickerKind, property: HTMLElement) => pick(kind, task, property);
  return (
    <div className="mt-4 grid gap-0.5">
      <Property kind="due" icon={CalendarDays} label={text.due} onOpen={open}>
        {task.due ? <DueLabel task={task} clock={clock} /> : <Unset>{text.noDue}</Unset>}
      </Property>
      <Property kind="recurrence" icon={Repeat} label={dialogsMessages.recurrence.label} onOpen={open}>
        {task.recurrence ? <RecurrenceLabel recurrence={task.recurrence} due={task.due ?? null} /> : <Unset>{dialogsMessages.recurrence.never}</Unset>}
      </Property>
      <Property kind="reminders" icon={Bell} label={dialogsMessages.reminders.title} onOpen={open}>
        {task.reminders.length === 0 ? (
          <Unset>{dialogsMessages.reminders.none}</Unset>
        ) : (
          task.reminders.map((reminder) => <Badge key={reminder.id}>{reminderInWords(reminder, clock, allDayAt)}</Badge>)
        )}
      </Property>
      <Property kind="priority" icon={Flag} label={text.priority} onOpen={open}>
        {task.priority === 'none' ? (
          <Unset>{messages.priorities.none}</Unset>
        ) : (
          <span className={PRIORITY_TEXT[task.priority]}>{messages.priorities[task.priority]}</span>
        )}
      </Property>
      <Property kind="project" icon={Folder} label={text.project} onOpen={open}>
        {project ? project.name : <Unset>{text.noProject}</Unset>}
      </Property>
      <Property kind="tags" icon={Hash} label={text.tags} onOpen={open}>
        {task.tags.length === 0 ? <Unset>{text.noTags}</Unset> : task.tags.map((name) => <Badge key={name}>{name}</Badge>)}
      </Property>
    </div>
  );
}

function Unset({ children }: { children: ReactNode }) {
  return <span className="text-muted">{children}</span>;
}

type PropertyProps = {
  kind: PickerKind;
  icon: IconNode;
  label: string;
  onOpen: (kind: PickerKind, property: HTMLElement) => void;
  children: ReactNode;
};

function Property({ kind, icon, label, onOpen, children }: PropertyProps) {
  return (
    <button
      type="button"
      data-property={kind}
      aria-haspopup="dialog"
      onClick={(event) => onOpen(kind, event.currentTarget)}
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
