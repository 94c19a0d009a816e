'use client';

import { useCallback, useMemo, useRef, type ReactNode } from 'react';
import { useTaskActions } from '@/components/tasks/actions';
import { AreaCommands } from '@/components/tasks/area-commands';
import { Card, CarriedCard } from '@/components/tasks/board/card';
import { Column } from '@/components/tasks/board/column';
import { DragArea } from '@/components/tasks/drag/drag-area';
import { usePicker } from '@/components/tasks/pickers/use-picker';
import { Skeleton } from '@/components/ui/skeleton';
import type { Task } from '@/lib/api';
import { useData, useRemote } from '@/lib/data-provider';
import { viewsMessages } from '@/lib/messages/views';
import { useStore } from '@/lib/store';
import { columnsOf, type BoardBy } from '@/lib/tasks/columns';
import { countParts } from '@/lib/tasks/groups';
import { lingering } from '@/lib/tasks/lingering';
import { useClock, useTasks } from '@/lib/tasks/provider';

const NONE: [] = [];

type Props = {
  by: BoardBy;
  projectId: string | null;
  /** What follows in a column, by its key, where that is not what follows in all of them. */
  rest?: Readonly<Record<string, ReactNode>>;
};

/** Tasks in columns, to be carried from one to another. */
export function Board({ by, projectId, rest = {} }: Props) {
  const area = useRef<HTMLDivElement>(null);
  const { byId, isPartial, error } = useTasks();
  const clock = useClock();
  const { value: projects = NONE } = useRemote(useData().projects);
  const lingerers = useStore(lingering);
  const actions = useTaskActions();
  const { pick, element: picker } = usePicker();
  const columns = useMemo(
    () => columnsOf({ byId, by, projects, projectId, clock, lingering: lingerers }),
    [byId, by, projects, projectId, clock, lingerers],
  );
  const parts = useMemo(() => countParts(byId), [byId]);
  const projectsById = useMemo(() => new Map(projects.map((project) => [project.id, project])), [projects]);
  const move = (task: Task, key: string) => {
    const to = columns.find((column) => column.key === key)?.move;
    if (to?.kind === 'set') actions.set(task, to.fields);
    if (to?.kind === 'complete' && to.completed !== task.completed) actions.toggle(task);
  };
  const usualRest = isPartial && !error ? <Skeleton className="h-9" /> : null;
  const isProjectKnown = by === 'project' || projectId !== null;
  const card = useCallback(
    (task: Task) => ({
      task,
      clock,
      project: (!isProjectKnown && task.project_id && projectsById.get(task.project_id)) || null,
      parts: parts.get(task.id) ?? 0,
      onToggle: actions.toggle,
    }),
    [clock, isProjectKnown, projectsById, parts, actions],
  );
  return (
    <DragArea id="board" onDrop={move} draw={(task) => <CarriedCard {...card(task)} />}>
      <div
        ref={area}
        role="group"
        aria-label={viewsMessages.board.label}
        // Keys scroll it also where its columns are empty.
        tabIndex={0}
        className="flex min-h-0 flex-1 snap-x items-stretch gap-3 overflow-x-auto scroll-pl-5 px-5 pb-4 max-sm:snap-mandatory sm:scroll-pl-7 sm:px-7"
      >
        {columns.map((column) => (
          <Column
            key={column.key}
            column={column}
            rest={column.key in rest ? rest[column.key] : usualRest}
            draw={(task) => <Card {...card(task)} />}
          />
        ))}
      </div>
      {picker}
      <AreaCommands area={area} actions={actions} pick={pick} />
    </DragArea>
  );
}
