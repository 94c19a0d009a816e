'use client';

import { lazy, Suspense, useEffect, useMemo, useState, type ReactNode } from 'react';
import { Composer } from '@/components/tasks/composer';
import { TaskList } from '@/components/tasks/list/task-list';
import type { IconNode } from '@/components/ui/icon';
import { useStore } from '@/lib/store';
import { groupTasks, type Group, type Shown } from '@/lib/tasks/groups';
import { lingering } from '@/lib/tasks/lingering';
import { useClock, useTasks } from '@/lib/tasks/provider';
import { defaultsFor, type Scope } from '@/lib/tasks/scope';
import { loadWriter } from '@/lib/tasks/write-task';
import { useIsDrawn } from '@/lib/use-is-drawn';

const ViewChoice = lazy(() => import('@/components/tasks/view-choice'));
// The tasks come with the page, unless the backend was not there to give them.
const ListSkeleton = lazy(() => import('@/components/tasks/list/list-skeleton'));
const EmptyState = lazy(() => import('@/components/ui/empty-state').then(({ EmptyState }) => ({ default: EmptyState })));
const LoadFailure = lazy(() => import('@/components/ui/load-failure'));

const NONE: readonly Group[] = [];

/** Other sections, in the place of those that a scope has. */
export type Regroup = (groups: readonly Group[]) => Group[];

/** What makes another list of a view, out of its usual sections, once somebody has chosen one. */
export type Choose = (shown: Shown, usual: readonly Group[]) => Group[];

type Props = {
  scope: Scope;
  heading: ReactNode;
  empty: { icon: IconNode; title: string; text: string; children?: ReactNode };
  /** Give the same function each time. */
  regroup?: Regroup;
  /** Its sections are projects. */
  isByProject?: boolean;
};

/** The tasks of a scope: add, look, change. */
export function TaskView({ scope, heading, empty, regroup, isByProject = false }: Props) {
  const { byId, isLoading, isPartial, error, retry } = useTasks();
  const clock = useClock();
  const lingerers = useStore(lingering);
  // Now that there is something to see, what it takes to change it.
  useEffect(() => void loadWriter(), []);
  const [choose, setChoose] = useState<Choose>();
  const groups = useMemo(() => {
    const shown = { byId, scope, clock, lingering: lingerers };
    const usual = groupTasks(shown);
    const sections = regroup?.(usual) ?? usual;
    return choose?.(shown, sections) ?? sections;
  }, [byId, scope, clock, lingerers, choose, regroup]);
  const isEmpty = groups.every(({ tasks }) => tasks.length === 0);
  // That there is nothing, such as on a day, is not known yet.
  const isUnknown = isEmpty && (isLoading || isPartial || error !== null);
  const top = (
    <>
      <div className="px-5 pt-3 pb-3 sm:px-7">{heading}</div>
      <Composer defaults={defaultsFor(scope, clock.today)} />
      <Suspense fallback={null}>
        {isLoading || (isUnknown && !error) ? <ListSkeleton /> : null}
        {error ? <LoadFailure error={error} retry={retry} isPart={!isEmpty} /> : null}
        {isEmpty && !isUnknown ? <EmptyState {...empty} /> : null}
      </Suspense>
    </>
  );
  return (
    <TaskList
      groups={isUnknown ? NONE : groups}
      isProjectKnown={isByProject || scope.kind === 'project'}
      before={top}
      after={<Suspense fallback={null}>{useIsDrawn() ? <ViewChoice scope={scope} onChoose={setChoose} /> : null}</Suspense>}
    />
  );
}
