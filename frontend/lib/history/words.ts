import type { Project, Schemas } from '@/lib/api';
import { messages } from '@/lib/messages';
import { historyMessages } from '@/lib/messages/history';
import { ruleInWords } from '@/lib/tasks/rule-in-words';
import { dayOf, isDay, type Day } from '@/lib/time/day';
import { formatDay, momentInWords, timeInWords } from '@/lib/time/format';

type Author = Schemas['Author'];
type FieldChange = Schemas['FieldChange'];

/** What is needed to say what a value means. */
export type Context = {
  projects: readonly Pick<Project, 'id' | 'name'>[];
  titleOf: (taskId: string) => string | null;
  /** Null until they are known. */
  tokens: readonly Pick<Schemas['Token'], 'id' | 'name'>[] | null;
  clock: { zone: string; today: Day; hour12: boolean };
};

/** What is said by an event's kind already, or says nothing to people. */
const HIDDEN = new Set(['position', 'completed_at', 'deleted_at', 'created_at', 'updated_at', 'id', 'due_at', 'schema']);

/** Of something new these stand in the sentence already. */
const NAMES = new Set(['title', 'name']);

/** The changes that say something which the sentence about them does not. */
export function tellingChanges(changes: readonly FieldChange[], isNew = false): FieldChange[] {
  return changes.filter(({ field, after }) => {
    if (HIDDEN.has(field)) return false;
    return !isNew || !(NAMES.has(field) || after === 'none' || after === false);
  });
}

/** Who made a change, and by which token, if by one. */
export function actorInWords(actor: Author, { tokens }: Pick<Context, 'tokens'>): string {
  const names: Partial<Record<string, string>> = historyMessages.actors;
  const who = names[actor.kind] ?? actor.kind;
  const token = actor.kind === 'token' ? actor.id : actor.token_id;
  if (!token || tokens === null) return who;
  const name = tokens.find(({ id }) => id === token)?.name;
  return name === undefined ? historyMessages.byGoneToken(who) : historyMessages.byToken(who, name);
}

export function fieldInWords(field: string): string {
  const names: Partial<Record<string, string>> = historyMessages.fields;
  return names[field] ?? field.replaceAll('_', ' ');
}

/** A field's value for people. Whatever this version does not know is shown as it is. */
export function valueInWords(field: string, value: unknown, context: Context): string {
  if (isNothing(value)) return historyMessages.nothing;
  switch (field) {
    case 'priority':
      return priorityInWords(value);
    case 'project_id':
      return context.projects.find(({ id }) => id === value)?.name ?? historyMessages.goneProject;
    case 'parent_id':
      return context.titleOf(String(value)) ?? historyMessages.goneTask;
    case 'due':
      return dueInWords(value, context);
    case 'completed':
      return value === true ? historyMessages.yes : historyMessages.no;
    case 'recurrence':
      return recurrenceInWords(value);
    case 'reminders':
      return Array.isArray(value) ? historyMessages.reminders(value.length) : asIs(value);
    case 'tags':
      return Array.isArray(value) ? value.map((tag) => `#${tag}`).join(' ') : asIs(value);
    default:
      return isInstant(value) ? momentInWords(value, context.clock) : asIs(value);
  }
}

function isNothing(value: unknown): boolean {
  return value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}

function priorityInWords(value: unknown): string {
  const names: Partial<Record<string, string>> = messages.priorities;
  return names[String(value)] ?? asIs(value);
}

function dueInWords(value: unknown, { clock }: Context): string {
  const due = value as Partial<Record<'kind' | 'date' | 'local' | 'zone', string>>;
  if (due.kind === 'date' && due.date && isDay(due.date)) return formatDay(due.date, 'dayMonthYear');
  if (!due.local || !isDay(dayOf(due.local))) return asIs(value);
  const words = `${formatDay(dayOf(due.local), 'dayMonthYear')}, ${timeInWords(due.local, clock)}`;
  return due.kind === 'zoned' && due.zone ? `${words} (${due.zone})` : words;
}

function recurrenceInWords(value: unknown): string {
  const { rule } = value as { rule?: unknown };
  return typeof rule === 'string' ? ruleInWords(rule) : asIs(value);
}

function isInstant(value: unknown): value is string {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value);
}

function asIs(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
