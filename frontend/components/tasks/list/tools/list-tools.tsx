'use client';

import { lazy, Suspense, useCallback, useEffect, useMemo, useState, type RefObject } from 'react';
import { CarriedRow } from '@/components/tasks/list/tools/carried-row';
import { BulkBar } from '@/components/tasks/list/tools/bulk-bar';
import ListCommands from '@/components/tasks/list/list-commands';
import { ListFocus } from '@/components/tasks/list/list-focus';
import { OrderContext } from '@/components/tasks/list/order';
import type { Row } from '@/components/tasks/list/rows';
import { HeadingTools } from '@/components/tasks/list/tools/heading-tools';
import { RowTools } from '@/components/tasks/list/tools/row-tools';
import { ProjectPlaces } from '@/components/tasks/list/tools/project-places';
import { SelectionCommands } from '@/components/tasks/list/tools/selection-commands';
import { useListWindow } from '@/components/tasks/list/tools/use-list-window';
import { useRowElements } from '@/components/tasks/list/tools/use-row-elements';
import type { RowHandlers } from '@/components/tasks/list/task-row';
import { DragArea } from '@/components/tasks/drag/drag-area';
import { announceProblem } from '@/lib/announce';
import type { Task } from '@/lib/api';
import type { Drawn, Shown } from '@/lib/drawn';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { dayOfGroup, isArranged, isPlace, placed, type Arrangement } from '@/lib/tasks/arrange';
import type { Group } from '@/lib/tasks/groups';
import { useClock, useTasks } from '@/lib/tasks/provider';
import { byIdsOfNow, clearSelection, selection, selectUpTo, toggleSelected } from '@/lib/tasks/selection';
import { MOST_AT_ONCE } from '@/lib/tasks/write';
import { useStore, type Store } from '@/lib/store';
import type { Day } from '@/lib/time/day';

const AddOnDay = lazy(() => import('@/components/tasks/add-on-day'));

type Props = {
  list: RefObject<HTMLElement | null>;
  groups: readonly Group[];
  rows: readonly Row[];
  drawn: readonly Drawn<Row>[];
  shown: Store<Shown>;
  on: RowHandlers;
};

/**
 * What a list can do besides being read: keys, dragging, choosing several. It comes after the
 * list, and puts its handles into the rows that are there.
 */
export default function ListTools({ list, groups, rows, drawn, shown, on }: Props) {
  const { byId } = useTasks();
  const selected = byIdsOfNow(useStore(selection));
  const clock = useClock();
  const [adding, setAdding] = useState<{ day: Day; anchor: HTMLElement } | null>(null);
  const [focus] = useState(() => new ListFocus());
  const { reveal } = useListWindow(list, rows, shown);
  useEffect(() => focus.follow(rows, list.current, reveal));
  useEffect(() => clearSelection, []);
  useSelectingByClick(list, groups);
  useSelectingByTouch(list);
  const chosen = [...selected].flatMap((id) => byId.get(id) ?? []);

  /** Whoever drags one of several that are chosen means all of them. */
  const together = (task: Task) => (selected.has(task.id) ? chosen : [task]);
  const arrange = useCallback(
    (arrangement: Arrangement) => {
      const tasks = [...arrangement.keys()].flatMap((id) => byId.get(id) ?? []);
      const [only, ...others] = tasks;
      if (only && others.length === 0) on.set(only, arrangement.get(only.id) ?? {});
      else on.all(tasks, (task) => arrangement.get(task.id) ?? {});
    },
    [byId, on],
  );
  const order = useMemo(() => (isArranged(groups) ? { groups, onArrange: arrange } : undefined), [groups, arrange]);
  const elements = useRowElements(list, drawn);
  const drop = (task: Task, place: string) => {
    const tasks = together(task);
    if (tasks.length > MOST_AT_ONCE) return announceProblem(dialogsMessages.bulk.atMost(MOST_AT_ONCE));
    const project = ProjectPlaces.projectOf(place);
    if (project === undefined) arrange(placed(groups, { tasks, carried: task, target: place, clock }));
    else arrange(new Map(tasks.map(({ id }) => [id, { project_id: project }])));
  };
  return (
    <>
      <ListCommands focus={focus} on={on} />
      <SelectionCommands focus={focus} groups={groups} onArrange={arrange} />
      <DragArea id="list" onDrop={drop} draw={(task) => <CarriedRow task={task} others={together(task).length - 1} />}>
        <OrderContext value={order}>
          {elements.map(({ row, element }) =>
            row.kind === 'task' ? (
              <RowTools
                key={row.key}
                element={element}
                task={row.task}
                isPlace={isPlace(row.group, clock.today)}
                isSelected={selected.has(row.key)}
                isSelecting={selected.size > 0}
                onEdit={on.edit}
              />
            ) : (
              <HeadingTools
                key={row.key}
                element={element}
                group={row.group}
                day={dayOfGroup(row.group, clock.today)}
                on={on}
                onAdd={(day, anchor) => setAdding({ day, anchor })}
              />
            ),
          )}
        </OrderContext>
        <ProjectPlaces />
      </DragArea>
      {chosen.length > 0 ? <BulkBar tasks={chosen} on={on} /> : null}
      <Suspense fallback={null}>{adding ? <AddOnDay {...adding} onClose={() => setAdding(null)} /> : null}</Suspense>
    </>
  );
}

/** The task of the row that something happened to. */
function taskOf(event: Event): string | undefined {
  return event.target instanceof Element ? event.target.closest<HTMLElement>('[data-task]')?.dataset.task : undefined;
}

/** With Ctrl or ⌘ a click chooses a task, with Shift all up to it. */
function useSelectingByClick(list: RefObject<HTMLElement | null>, groups: readonly Group[]): void {
  useEffect(() => {
    const element = list.current;
    if (!element) return;
    const click = (event: MouseEvent) => {
      const isMeant = event.ctrlKey || event.metaKey || event.shiftKey;
      const id = taskOf(event);
      if (!isMeant || !id) return;
      event.preventDefault();
      event.stopPropagation();
      const order = groups.flatMap(({ tasks }) => tasks.map(({ id }) => id));
      if (event.shiftKey) selectUpTo(id, order);
      else toggleSelected(id);
    };
    element.addEventListener('click', click, { capture: true });
    return () => element.removeEventListener('click', click, { capture: true });
  }, [list, groups]);
}

const REST_MILLISECONDS = 400;

/** A finger that rests on a task chooses it: a phone has no key to hold down meanwhile, and no room for boxes. */
function useSelectingByTouch(list: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const element = list.current;
    if (!element) return;
    let resting: ReturnType<typeof setTimeout> | undefined;
    let hasChosen = false;
    const leaving = new AbortController();
    const { signal } = leaving;
    const touch = (event: PointerEvent) => {
      hasChosen = false;
      const id = taskOf(event);
      const isHandle = event.target instanceof Element && event.target.closest('[data-handle]') !== null;
      if (event.pointerType !== 'touch' || !id || isHandle) return;
      resting = setTimeout(() => {
        hasChosen = true;
        toggleSelected(id);
      }, REST_MILLISECONDS);
    };
    // A finger that begins to scroll is cancelled.
    const leave = () => clearTimeout(resting);
    // What is let go of was not pressed.
    const click = (event: MouseEvent) => {
      if (!hasChosen) return;
      hasChosen = false;
      event.preventDefault();
      event.stopPropagation();
    };
    element.addEventListener('pointerdown', touch, { signal });
    element.addEventListener('pointerup', leave, { signal });
    element.addEventListener('pointercancel', leave, { signal });
    element.addEventListener('click', click, { capture: true, signal });
    return () => {
      leave();
      leaving.abort();
    };
  }, [list]);
}
