'use client';

import { lazy, Suspense, useEffect, useMemo, type ReactNode } from 'react';
import { Composer } from '@/components/tasks/composer';
import { ListSkeleton } from '@/components/tasks/list/list-skeleton';
import { TaskList } from '@/components/tasks/list/task-list';
import { EmptyState } from '@/components/ui/empty-state';
import type { IconNode } from '@/components/ui/icon';
import { useStore } from '@/lib/store';
import { groupTasks, type Group } from '@/lib/tasks/groups';
import { lingering } from '@/lib/tasks/lingering';
import { useClock, useTasks } from '@/lib/tasks/provider';
import { defaultsFor, type Scope } from '@/lib/tasks/scope';
import { loadWriter } from '@/lib/tasks/write-task';

const LoadFailure = lazy(() => import('@/components/ui/load-failure'));

/** Projects for sections, in the place of those that a scope has. */
export type Regroup = (groups: readonly Group[]) => Group[];

type Props = {
  scope: Scope;
  heading: ReactNode;
  empty: { icon: IconNode; title: string; text: string };
  /** Give the same function each time. */
  regroup?: Regroup;
};

/** The tasks of a scope: add, look, change. */
export function TaskView({ scope, heading, empty, regroup }: Props) {
  const { byId, isLoading, isPartial, error, retry } = useTasks();
  const clock = useClock();
  const lingerers = useStore(lingering);
  // Now that there is something to see, what it takes to change it.
  useEffect(() => void loadWriter(), []);
  const groups = useMemo(() => {
    const usual = groupTasks({ byId, scope, clock, lingering: lingerers });
    return regroup?.(usual) ?? usual;
  }, [byId, scope, clock, lingerers, regroup]);
  const isEmpty = groups.length === 0;
  const top = (
    <>
      <div className="px-5 pt-3 pb-3 sm:px-7">{heading}</div>
      <Composer defaults={defaultsFor(scope, clock.today)} />
      {isLoading || (isPartial && isEmpty && !error) ? <ListSkeleton /> : null}
      <Suspense fallback={null}>{error ? <LoadFailure error={error} retry={retry} isPart={!isEmpty} /> : null}</Suspense>
      {isEmpty && !isLoading && !isPartial && !error ? <EmptyState {...empty} /> : null}
    </>
  );
  return <TaskList groups={groups} isProjectKnown={scope.kind === 'project' || regroup !== undefined} before={top} />;
}
