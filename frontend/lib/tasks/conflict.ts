import type { Due, Project, Recurrence } from '@/lib/api';
import type { Conflict, Dispute } from '@/lib/conflict';
import type { Data } from '@/lib/data';
import { messages } from '@/lib/messages';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { reminderInWords } from '@/lib/tasks/reminders';
import { ruleInWords } from '@/lib/tasks/rule-in-words';
import type { Conflicted } from '@/lib/tasks/send';
import { disputed, ofSeries, together, update, type Disputed, type TaskWrite } from '@/lib/tasks/write';
import { dayOf } from '@/lib/time/day';
import { formatDay, timeInWords } from '@/lib/time/format';
import { deviceHabits, habitsOf } from '@/lib/time/habits';

const text = dialogsMessages.conflict;

/** What is needed to say what a value means. */
type Context = { projects: readonly Project[]; clock: { zone: string; hour12: boolean } };

/** Tasks that were changed here and elsewhere, and how `write` makes ours of them after all. */
export function taskConflict(data: Data, conflicts: readonly Conflicted[], write: (write: TaskWrite) => void): Conflict {
  const profile = data.profile.value;
  const clock = { zone: profile?.time_zone ?? 'UTC', ...habitsOf(profile, deviceHabits.get()) };
  const context = { projects: data.projects.value ?? [], clock };
  return {
    text: conflicts.length === 1 ? text.task : text.tasks(conflicts.length),
    disputes: conflicts.map((each) => disputeOf(each, context)),
    keepMine: () => {
      const mine = again(conflicts);
      if (mine) write(mine);
    },
  };
}

/** The same, against what is there now. */
function again(conflicts: readonly Conflicted[]): TaskWrite | null {
  const [first, ...others] = conflicts;
  if (first && others.length === 0) {
    const { write, current } = first;
    return write.kind === 'update' ? update(current, write.fields) : ofSeries(current, write.to, write.shown);
  }
  const fields = new Map(conflicts.map(({ write, current }) => [current.id, write.kind === 'update' ? write.fields : {}]));
  return together(conflicts.map(({ current }) => current), ({ id }) => fields.get(id) ?? {});
}

function disputeOf({ write, current }: Conflicted, context: Context): Dispute {
  const { names, mine } = disputed(write, current);
  const fields = names.filter((field) => field !== 'position');
  return {
    title: current.title,
    fields: fields.map((field) => ({
      name: NAMES[field],
      mine: inWords(field, mine, context),
      theirs: inWords(field, current, context),
    })),
  };
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

function inWords(field: Told, from: Partial<Disputed>, { projects, clock }: Context): string {
  switch (field) {
    case 'priority':
      return messages.priorities[from.priority ?? 'none'];
    case 'tags':
      return from.tags?.join(', ') || text.empty;
    case 'project_id':
      return projects.find(({ id }) => id === from.project_id)?.name ?? messages.task.noProject;
    case 'due':
      return from.due ? dueInWords(from.due, clock) : dialogsMessages.task.noDue;
    case 'recurrence':
      return from.recurrence ? recurrenceInWords(from.recurrence) : dialogsMessages.recurrence.never;
    case 'reminders':
      return from.reminders?.map((reminder) => reminderInWords(reminder, clock)).join('\n') || text.empty;
    case 'title':
    case 'description':
    case 'parent_id':
      return String(from[field] ?? '') || text.empty;
  }
}

function dueInWords(due: Due, clock: Context['clock']): string {
  if (due.kind === 'date') return formatDay(due.date, 'full');
  const words = `${formatDay(dayOf(due.local), 'full')}, ${timeInWords(due.local, clock)}`;
  return due.kind === 'zoned' ? `${words} (${due.zone})` : words;
}

function recurrenceInWords({ rule, mode }: Recurrence): string {
  const { from, modes } = dialogsMessages.recurrence;
  return `${ruleInWords(rule)}\n${from}: ${modes[mode]}`;
}
