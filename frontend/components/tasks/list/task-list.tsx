'use client';

import { lazy, Suspense, useCallback, useMemo, useRef, useState, type ReactNode } from 'react';
import { useTaskActions } from '@/components/tasks/actions';
import { GroupHeading } from '@/components/tasks/list/group-heading';
import { rowsOf, type Row } from '@/components/tasks/list/rows';
import { TaskRow, type Editing, type RowHandlers } from '@/components/tasks/list/task-row';
import { usePicker } from '@/components/tasks/pickers/use-picker';
import { drawnOf, firstOf, type Shown } from '@/lib/drawn';
import { useData, useRemote } from '@/lib/data-provider';
import { messages } from '@/lib/messages';
import { countParts, type Group } from '@/lib/tasks/groups';
import { useClock, useTasks } from '@/lib/tasks/provider';
import { createStore, useStore } from '@/lib/store';
import { useIsDrawn } from '@/lib/use-is-drawn';

const ListTools = lazy(() => import('@/components/tasks/list/tools/list-tools'));

type Props = {
  groups: readonly Group[];
  /** Where all tasks are of one project, its name says nothing. */
  isProjectKnown: boolean;
  before: ReactNode;
  after?: ReactNode;
};

/** Tasks, as many as there are: only those near the screen are drawn. */
export function TaskList({ groups, isProjectKnown, before, after }: Props) {
  const list = useRef<HTMLUListElement>(null);
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [editing, setEditing] = useState<Editing | null>(null);
  const { byId } = useTasks();
  const clock = useClock();
  const { value: projects } = useRemote(useData().projects);
  const projectsById = useMemo(() => new Map(projects?.map((project) => [project.id, project])), [projects]);
  const parts = useMemo(() => countParts(byId), [byId]);
  const rows = useMemo(() => rowsOf(groups, closed), [groups, closed]);
  const { pick, element: picker } = usePicker();
  const actions = useTaskActions();
  const on = useMemo<RowHandlers>(
    () => ({
      ...actions,
      edit: (id) => setEditing(id === null ? null : { id }),
      retitle: (seen, title) =>
        actions.set(seen, { title }, ({ message }) => {
          const rows = list.current;
          // Who edits another title by now is told in passing.
          const isFree = !!rows?.querySelector(`[data-task="${CSS.escape(seen.id)}"]`) && !rows.querySelector('input');
          if (isFree) setEditing({ id: seen.id, refused: { title, message } });
          return isFree;
        }),
      pick,
    }),
    [actions, pick],
  );

  // Set by `ListTools`, which follow what is scrolled.
  const [window] = useState(() => createStore<Shown>(firstOf(rows)));
  const shown = useStore(window);
  const drawn = useMemo(() => drawnOf(rows, shown), [rows, shown]);

  const isDrawn = useIsDrawn();

  const toggle = useCallback(
    (key: string) =>
      setClosed((keys) => {
        const next = new Set(keys);
        if (!next.delete(key)) next.add(key);
        return next;
      }),
    [],
  );

  const draw = (row: Row) => {
    if (row.kind === 'heading') return <GroupHeading group={row.group} isOpen={row.isOpen} onToggle={toggle} />;
    const { task } = row;
    return (
      <TaskRow
        task={task}
        clock={clock}
        project={(!isProjectKnown && task.project_id && projectsById.get(task.project_id)) || null}
        parentTitle={(task.parent_id && byId.get(task.parent_id)?.title) || null}
        parts={parts.get(task.id) ?? 0}
        editing={editing?.id === task.id ? editing : null}
        on={on}
      />
    );
  };

  return (
    <div data-scroller className="relative h-full overflow-y-auto overscroll-contain">
      <div className="mx-auto max-w-4xl">
        {before}
        <ul
          ref={list}
          aria-label={messages.list.label}
          className="relative mx-3 mb-8 sm:mx-3.5"
          style={{ paddingTop: shown.above, paddingBottom: shown.below }}
        >
          {drawn.map(({ row, index, top }) => (
            <li
              key={row.key}
              data-key={row.key}
              aria-setsize={rows.length}
              aria-posinset={index + 1}
              style={top === undefined ? undefined : { position: 'absolute', insetInline: 0, top }}
            >
              {draw(row)}
            </li>
          ))}
        </ul>
        {after}
      </div>
      {picker}
      <Suspense fallback={null}>
        {isDrawn ? (
          <ListTools list={list} groups={groups} rows={rows} drawn={drawn} shown={window} on={on} />
        ) : null}
      </Suspense>
    </div>
  );
}
