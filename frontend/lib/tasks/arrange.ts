import type { Task } from '@/lib/api';
import { dueMoment, type Clock } from '@/lib/tasks/due';
import { dueOn } from '@/lib/tasks/due-day';
import type { Group } from '@/lib/tasks/groups';
import { positionsAt } from '@/lib/tasks/position';
import type { Fields } from '@/lib/tasks/write';
import type { Day } from '@/lib/time/day';

/** What changes for whom when tasks are put into the place of another. */
export type Arrangement = ReadonlyMap<string, Partial<Fields>>;

const NOTHING: Arrangement = new Map();
const DAY = /^\d{4}-\d\d-\d\d$/;

/** Whether the person decides about the order of a list. */
export function isArranged(groups: readonly Group[]): boolean {
  return groups[0]?.key === 'arranged';
}

/** The day that tasks are due on which are put among these; null where that is not what they have in common. */
export function dayOfGroup({ key }: Group, today: Day): Day | null {
  if (key === 'today') return today;
  return DAY.test(key) ? key : null;
}

/** Whether something can be put among these. */
export function isPlace(group: Group, today: Day): boolean {
  return isArranged([group]) || dayOfGroup(group, today) !== null;
}

/** What is put where: all that move, the one in the hand among them, and the task whose place they take, or a group. */
export type Move = { tasks: readonly Task[]; carried: Task; target: string; clock: Pick<Clock, 'today' | 'zone'> };

/** Tasks take the place of another: in the order that people give a list, or on its day. */
export function placed(groups: readonly Group[], { tasks, carried, target, clock }: Move): Arrangement {
  const group = groups.find((each) => each.key === target || each.tasks.some(({ id }) => id === target));
  if (!group || carried.id === target) return NOTHING;
  const day = dayOfGroup(group, clock.today);
  if (day !== null) return onDay(tasks, day, clock.zone);
  return isArranged([group]) ? inOrder(group, tasks, carried, target) : NOTHING;
}

function onDay(tasks: readonly Task[], day: Day, zone: string): Arrangement {
  const others = tasks.filter((task) => dueMoment(task, zone)?.day !== day);
  return new Map(others.map((task) => [task.id, { due: dueOn(task, day, zone) }]));
}

/** They come to stand together, in the order that they have. */
function inOrder({ tasks }: Group, moved: readonly Task[], carried: Task, target: string): Arrangement {
  const ids = new Set(moved.map(({ id }) => id));
  const known = tasks.flatMap(({ id }) => (ids.has(id) ? id : []));
  const others = tasks.filter(({ id }) => !ids.has(id));
  const from = tasks.findIndex(({ id }) => id === carried.id);
  const to = tasks.findIndex(({ id }) => id === target);
  const at = tasks.slice(0, to).filter(({ id }) => !ids.has(id)).length;
  // On its way down it comes to stand behind the other, unless that comes along; on its way up before it.
  const isBehind = from !== -1 && from < to && !ids.has(target);
  return arrangement(positionsAt([...new Set([...known, ...ids])], isBehind ? at + 1 : at, others));
}

/** One place up or down in the order that people give a list. */
export function shifted(groups: readonly Group[], moved: Task, by: 1 | -1): Arrangement {
  const [group] = groups;
  if (!group || !isArranged(groups)) return NOTHING;
  const target = group.tasks[group.tasks.findIndex(({ id }) => id === moved.id) + by];
  return target ? inOrder(group, [moved], moved, target.id) : NOTHING;
}

function arrangement(positions: ReadonlyMap<string, number>): Arrangement {
  return new Map([...positions].map(([id, position]) => [id, { position }]));
}
