'use client';

import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import type { Due, Project, Recurrence } from '@/lib/api';
import { useData, useRemote } from '@/lib/data-provider';
import { ruleInWords } from '@/lib/history/rule';
import { messages } from '@/lib/messages';
import { dialogsMessages } from '@/lib/messages/dialogs';
import type { Conflicted } from '@/lib/tasks/send';
import { disputed, ofSeries, update, type Disputed } from '@/lib/tasks/write';
import { openConflict } from '@/lib/tasks/open-conflict';
import { writeTask } from '@/lib/tasks/write-task';
import { useClock } from '@/lib/tasks/provider';
import { reminderInWords } from '@/lib/tasks/reminders';
import { dayOf, timeOf } from '@/lib/time/day';
import { formatDay } from '@/lib/time/format';

const text = dialogsMessages.conflict;

/** The same field, changed here and elsewhere: only a person knows which one is right. */
export default function ConflictDialog({ conflict }: { conflict: Conflicted }) {
  const data = useData();
  const { value: projects = [] } = useRemote(data.projects);
  const { zone } = useClock();
  const { write, current } = conflict;
  const close = () => openConflict.set(null);
  const keepMine = () => {
    close();
    const again = write.kind === 'update' ? update(current, write.fields) : ofSeries(current, write.to, write.shown);
    if (again) void writeTask(data, again);
  };
  const { names, mine } = disputed(write, current);
  const fields = names.filter((field) => field !== 'position');
  return (
    <Dialog isOpen onClose={close} title={text.title} description={text.text} className="max-w-2xl">
      <p className="mt-4 truncate font-medium">{current.title}</p>
      <table className="mt-2 w-full table-fixed border-separate border-spacing-0 text-left">
        <thead className="text-xs text-muted">
          <tr>
            <th scope="col" className="w-24 py-1 font-medium">
              {text.field}
            </th>
            <th scope="col" className="px-3 py-1 font-medium">
              {text.mine}
            </th>
            <th scope="col" className="px-3 py-1 font-medium">
              {text.theirs}
            </th>
          </tr>
        </thead>
        <tbody>
          {fields.map((field) => (
            <tr key={field} className="align-top">
              <th scope="row" className="border-t py-2 font-normal text-muted">
                {NAMES[field]}
              </th>
              <td className="border-t bg-selected px-3 py-2 break-words whitespace-pre-wrap">
                {inWords(field, mine, projects, zone)}
              </td>
              <td className="border-t px-3 py-2 break-words whitespace-pre-wrap">{inWords(field, current, projects, zone)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="mt-5 flex flex-wrap justify-end gap-2">
        <Button onClick={close}>{text.keepTheirs}</Button>
        <Button variant="primary" onClick={keepMine}>
          {text.keepMine}
        </Button>
      </div>
    </Dialog>
  );
}

/** Which place in a list is right, nobody is asked: see `stillFits`. */
type Told = Exclude<keyof Disputed, 'position'>;

const NAMES: Record<Told, string> = {
  title: dialogsMessages.task.title,
  description: dialogsMessages.task.description,
  priority: messages.task.priority,
  tags: messages.task.tags,
  project_id: messages.task.project,
  parent_id: dialogsMessages.task.parent,
  due: messages.task.due,
  recurrence: dialogsMessages.recurrence.label,
  reminders: text.reminders,
};

function inWords(field: Told, from: Partial<Disputed>, projects: readonly Project[], zone: string): string {
  switch (field) {
    case 'priority':
      return messages.priorities[from.priority ?? 'none'];
    case 'tags':
      return from.tags?.join(', ') || text.empty;
    case 'project_id':
      return projects.find(({ id }) => id === from.project_id)?.name ?? messages.task.noProject;
    case 'due':
      return from.due ? dueInWords(from.due) : dialogsMessages.task.noDue;
    case 'recurrence':
      return from.recurrence ? recurrenceInWords(from.recurrence) : dialogsMessages.recurrence.never;
    case 'reminders':
      return from.reminders?.map((reminder) => reminderInWords(reminder, zone)).join('\n') || text.empty;
    case 'title':
    case 'description':
    case 'parent_id':
      return String(from[field] ?? '') || text.empty;
  }
}

function dueInWords(due: Due): string {
  if (due.kind === 'date') return formatDay(due.date, 'full');
  const words = `${formatDay(dayOf(due.local), 'full')}, ${timeOf(due.local)}`;
  return due.kind === 'zoned' ? `${words} (${due.zone})` : words;
}

function recurrenceInWords({ rule, mode }: Recurrence): string {
  const { from, modes } = dialogsMessages.recurrence;
  return `${ruleInWords(rule)}\n${from}: ${modes[mode]}`;
}
