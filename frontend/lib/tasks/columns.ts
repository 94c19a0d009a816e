import type { Project, Task } from '@/lib/api';
import { messages } from '@/lib/messages';
import { viewsMessages } from '@/lib/messages/views';
import type { Clock } from '@/lib/tasks/due';
import { isWithWhole, PRIORITIES } from '@/lib/tasks/groups';
import { byDue } from '@/lib/tasks/order';
import type { Fields } from '@/lib/tasks/write';

/** What the columns of a board stand for. */
export const BOARD_BY = ['priority', 'status', 'project'] as const;
export type BoardBy = (typeof BOARD_BY)[number];

/** What a task becomes that is put into a column. */
export type Move = { kind: 'set'; fields: Partial<Fields> } | { kind: 'complete'; completed: boolean };

export type Column = { key: string; title: string; color: string | null; move: Move; tasks: Task[] };

type Shown = {
  byId: ReadonlyMap<string, Task>;
  by: BoardBy;
  projects: readonly Project[];
  /** Only tasks of this project. */
  projectId: string | null;
  clock: Clock;
  /** Completed just now, and to be seen for a moment more. */
  lingering: ReadonlySet<string>;
};

/** The board: which columns, and which tasks in them, what is due first at the top. */
export function columnsOf(shown: Shown): Column[] {
  const { byId, projectId, by, clock, lingering } = shown;
  const columns = emptyColumns(shown);
  const byKey = new Map(columns.map((column) => [column.key, column]));
  for (const task of byId.values()) {
    if (projectId !== null && task.project_id !== projectId) continue;
    if (by !== 'status' && task.completed && !lingering.has(task.id)) continue;
    // A part is seen with its whole, unless it has a date of its own.
    if (isWithWhole(task, byId) && !task.due) continue;
    byKey.get(keyOf(task, by))?.tasks.push(task);
  }
  for (const { key, tasks } of columns) tasks.sort(key === 'completed' ? newestFirst : byDue(clock));
  return columns;
}

function keyOf(task: Task, by: BoardBy): string {
  switch (by) {
    case 'priority':
      return task.priority;
    case 'status':
      return task.completed ? 'completed' : 'open';
    case 'project':
      return task.project_id ?? 'none';
  }
}

function emptyColumns({ by, projects }: Shown): Column[] {
  const column = (key: string, title: string, move: Move, color: string | null = null) => ({ key, title, color, move, tasks: [] });
  const set = (fields: Partial<Fields>): Move => ({ kind: 'set', fields });
  switch (by) {
    case 'priority':
      return PRIORITIES.map((priority) => column(priority, messages.priorities[priority], set({ priority })));
    case 'status':
      return [
        column('open', viewsMessages.board.statuses.open, { kind: 'complete', completed: false }),
        column('completed', viewsMessages.board.statuses.completed, { kind: 'complete', completed: true }),
      ];
    case 'project':
      return [
        column('none', messages.task.noProject, set({ project_id: null })),
        ...projects.map(({ id, name, color }) => column(id, name, set({ project_id: id }), color ?? null)),
      ];
  }
}

function newestFirst(a: Task, b: Task): number {
  return (b.completed_at ?? '').localeCompare(a.completed_at ?? '');
}
