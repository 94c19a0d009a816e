'use client';

import { lazy, Suspense, useEffect, useMemo, type ReactNode } from 'react';
import { Composer } from '@/components/tasks/composer';
import { ListSkeleton } from '@/components/tasks/list/list-skeleton';
import { TaskList } from '@/components/tasks/list/task-list';
import { EmptyState } from '@/components/ui/empty-state';
import type { IconNode } from '@/components/ui/icon';
import { useStore } from '@/lib/store';
import { groupTasks } from '@/lib/tasks/groups';
import { lingering } from '@/lib/tasks/lingering';
import { useClock, useTasks } from '@/lib/tasks/provider';
import { defaultsFor, type Scope } from '@/lib/tasks/scope';
import { loadWriter } from '@/lib/tasks/write-task';

const LoadFailure = lazy(() => import('@/components/ui/load-failure'));

type Props = {
  scope: Scope;
  heading: ReactNode;
  empty: { icon: IconNode; title: string; text: string };
};

/** The tasks of a scope: add, look, change. */
export function TaskView({ scope, heading, empty }: Props) {
  const { byId, isLoading, error, retry } = useTasks();
  const clock = useClock();
  const lingerers = useStore(lingering);
  // Now that there is something to see, what it takes to change it.
  useEffect(() => void loadWriter(), []);
  const groups = useMemo(
    () => groupTasks({ byId, scope, clock, lingering: lingerers }),
    [byId, scope, clock, lingerers],
  );
  const top = (
    <>
      <div className="px-5 pt-3 pb-3 sm:px-7">{heading}</div>
      <Composer defaults={defaultsFor(scope, clock.today)} />
      {isLoading ? <ListSkeleton /> : null}
      <Suspense fallback={null}>
        {error && byId.size === 0 ? <LoadFailure error={error} retry={retry} /> : null}
      </Suspense>
      {!isLoading && !error && groups.length === 0 ? <EmptyState {...empty} /> : null}
    </>
  );
  return <TaskList groups={groups} isProjectKnown={scope.kind === 'project'} before={top} />;
}
