import type { Priority, Task } from '@/lib/api';
import { messages } from '@/lib/messages';
import { dueKey, dueMoment, isOverdue, type Clock } from '@/lib/tasks/due';
import type { Scope } from '@/lib/tasks/scope';

/** A part of a list. Without a title it is all of it. */
export type Group = { key: string; title: string | null; isLate: boolean; tasks: Task[] };

/** What a view is made of. */
export type Shown = {
  byId: ReadonlyMap<string, Task>;
  scope: Scope;
  clock: Clock;
  /** Completed just now, and to be seen for a moment more. */
  lingering: ReadonlySet<string>;
};

export const PRIORITIES: readonly Priority[] = ['urgent', 'high', 'medium', 'low', 'none'];

/** The view of a scope: which tasks, in which parts, in which order. */
export function groupTasks({ byId, scope, clock, lingering }: Shown): Group[] {
  const tasks = [...byId.values()].filter(
    (task) => (!task.completed || lingering.has(task.id)) && belongs(task, scope) && stands(task, byId, scope),
  );
  if (scope.kind === 'inbox' || scope.kind === 'project') return arranged(tasks);
  const dated = tasks.map((task) => entry(task, clock)).sort(compare);
  return bySection(dated, scope);
}

/** How many open tasks each task has as parts. */
export function countParts(byId: ReadonlyMap<string, Task>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { parent_id: parent, completed } of byId.values()) {
    if (parent && !completed) counts.set(parent, (counts.get(parent) ?? 0) + 1);
  }
  return counts;
}

function belongs(task: Task, scope: Scope): boolean {
  switch (scope.kind) {
    case 'inbox':
      return !task.project_id;
    case 'project':
      return task.project_id === scope.id;
    case 'tag':
      return task.tags.includes(scope.name);
    case 'all':
    case 'today':
    case 'upcoming':
      return true;
  }
}

/** Whether a task is a part that is seen with its whole, and not what is left of one that is done. */
export function isWithWhole(task: Task, byId: ReadonlyMap<string, Task>): boolean {
  const whole = byId.get(task.parent_id ?? '');
  return whole !== undefined && (task.completed || !whole.completed);
}

/** A part is seen with its whole, except where it is asked for by a date or tag of its own. */
function stands(task: Task, byId: ReadonlyMap<string, Task>, scope: Scope): boolean {
  if (!isWithWhole(task, byId)) return true;
  if (scope.kind === 'inbox' || scope.kind === 'project') return false;
  return scope.kind === 'tag' || Boolean(task.due);
}

type Section = 'overdue' | 'today' | 'upcoming' | 'none';
type Entry = { task: Task; section: Section; key: string };

function entry(task: Task, clock: Clock): Entry {
  return { task, section: sectionOf(task, clock), key: dueKey(task, clock.zone) };
}

function sectionOf(task: Task, clock: Clock): Section {
  const day = dueMoment(task, clock.zone)?.day;
  if (day === undefined) return 'none';
  // This morning's task is late, and still one of today.
  if (day === clock.today) return 'today';
  return isOverdue(task.due, clock) ? 'overdue' : 'upcoming';
}

function compare(a: Entry, b: Entry): number {
  if (a.key !== b.key) return a.key < b.key ? -1 : 1;
  const urgency = PRIORITIES.indexOf(a.task.priority) - PRIORITIES.indexOf(b.task.priority);
  return urgency || a.task.position - b.task.position;
}

const SECTIONS: readonly Section[] = ['overdue', 'today', 'upcoming', 'none'];

/** Of the views that have only some of them. */
const SOME: Partial<Record<Scope['kind'], readonly Section[]>> = { today: ['overdue', 'today'], upcoming: ['today', 'upcoming'] };

function bySection(entries: Entry[], { kind }: Scope): Group[] {
  const groups = (SOME[kind] ?? SECTIONS).map((section) => ({
    key: section,
    title: messages.groups[section],
    isLate: section === 'overdue',
    tasks: entries.filter((each) => each.section === section).map((each) => each.task),
  }));
  // Beside what is late there is today, to put it there.
  const hasLate = groups.some(({ isLate, tasks }) => isLate && tasks.length > 0);
  return groups.filter(({ tasks }) => tasks.length > 0 || (hasLate && kind === 'today'));
}

/** In the order that the person has given them. */
function arranged(tasks: Task[]): Group[] {
  if (tasks.length === 0) return [];
  tasks.sort((a, b) => a.position - b.position);
  return [{ key: 'arranged', title: null, isLate: false, tasks }];
}
