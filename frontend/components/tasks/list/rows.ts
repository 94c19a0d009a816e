import type { Task } from '@/lib/api';
import type { Group } from '@/lib/tasks/groups';

const ROW_HEIGHT = 40;
const HEADING_HEIGHT = 44;

/** What a list is made of, one after the other. `height` is a guess: a phone needs more. */
export type Row = { key: string; height: number; group: Group } & (
  | { kind: 'heading'; isOpen: boolean }
  | { kind: 'task'; task: Task }
);

/** The groups as one list, without what is collapsed. */
export function rowsOf(groups: readonly Group[], closed: ReadonlySet<string>): Row[] {
  return groups.flatMap((group) => {
    const isOpen = !closed.has(group.key);
    const tasks = isOpen ? group.tasks.map((task): Row => ({ kind: 'task', key: task.id, height: ROW_HEIGHT, group, task })) : [];
    if (group.title === null) return tasks;
    const heading = { kind: 'heading', key: `#${group.key}`, height: HEADING_HEIGHT, group, isOpen } as const;
    return [heading, ...tasks];
  });
}
