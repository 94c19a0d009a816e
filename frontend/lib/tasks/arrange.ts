import type { Task } from '@/lib/api';
import { moveTo } from '@/lib/tasks/due-day';
import type { Group } from '@/lib/tasks/groups';
import { positionsAt } from '@/lib/tasks/position';
import type { Fields } from '@/lib/tasks/write';

/** What changes for whom when a task is put into the place of another. */
export type Arrangement = ReadonlyMap<string, Partial<Fields>>;

const NOTHING: Arrangement = new Map();
const DAY = /^\d{4}-\d\d-\d\d$/;

/** Whether the person decides about the order of a list. */
export function isArranged(groups: readonly Group[]): boolean {
  return groups[0]?.key === 'arranged';
}

/** A task takes the place of another: in the order that people give a list, or on its day. */
export function placed(groups: readonly Group[], moved: Task, target: string): Arrangement {
  const group = groups.find(({ tasks }) => tasks.some(({ id }) => id === target));
  if (!group || moved.id === target) return NOTHING;
  if (DAY.test(group.key)) {
    const from = groups.find(({ tasks }) => tasks.some(({ id }) => id === moved.id));
    return from === group ? NOTHING : new Map([[moved.id, { due: moveTo(moved.due, group.key, from?.key) }]]);
  }
  if (group.key !== 'arranged') return NOTHING;
  const from = group.tasks.findIndex(({ id }) => id === moved.id);
  const others = group.tasks.filter(({ id }) => id !== moved.id);
  const at = others.findIndex(({ id }) => id === target);
  // On its way down it comes to stand behind the other, on its way up before it.
  const isOnWayDown = from !== -1 && from <= at;
  return arrangement(positionsAt(moved.id, isOnWayDown ? at + 1 : at, others));
}

/** One place up or down in the order that people give a list. */
export function shifted(groups: readonly Group[], moved: Task, by: 1 | -1): Arrangement {
  if (!isArranged(groups)) return NOTHING;
  const tasks = groups[0]?.tasks ?? [];
  const target = tasks[tasks.findIndex(({ id }) => id === moved.id) + by];
  return target ? placed(groups, moved, target.id) : NOTHING;
}

function arrangement(positions: ReadonlyMap<string, number>): Arrangement {
  return new Map([...positions].map(([id, position]) => [id, { position }]));
}
