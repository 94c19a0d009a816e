'use client';

import { SearchX } from 'lucide';
import { useSearchParams } from 'next/navigation';
import { lazy, Suspense, useEffect, useMemo } from 'react';
import ListSkeleton from '@/components/tasks/list/list-skeleton';
import { TaskList } from '@/components/tasks/list/task-list';
import { FilterBar } from '@/components/tasks/search/filter-bar';
import { SearchField } from '@/components/tasks/search/search-field';
import { ViewHeading } from '@/components/tasks/view-heading';
import { EmptyState } from '@/components/ui/empty-state';
import { MoreButton } from '@/components/ui/more-button';
import { api, read, type Task } from '@/lib/api';
import { wrongOf } from '@/lib/api/wrong';
import { putTasks } from '@/lib/data';
import { useData } from '@/lib/data-provider';
import type { Aggregate } from '@/lib/heard';
import { Listing } from '@/lib/listing';
import { viewsMessages } from '@/lib/messages/views';
import { filtersOf, queryOf } from '@/lib/tasks/filters';
import type { Group } from '@/lib/tasks/groups';
import { useClock, useTasks } from '@/lib/tasks/provider';
import { loadWriter } from '@/lib/tasks/write-task';
import { followTasks } from '@/lib/tasks/listed';
import { useFollowing, type Patch } from '@/lib/use-following';

const LoadFailure = lazy(() => import('@/components/ui/load-failure'));
const text = viewsMessages.search;
const OF_TASKS: readonly Aggregate[] = ['task'];
/** The filters, as the API calls them. */
const PLACES = { q: 'q', status: 'status', priority: 'priority', project_id: 'project', tag: 'tag', sort: 'sort' } as const;

/** All tasks there are, by words and filters. The server searches: it has those that no list holds. */
export function SearchView() {
  const filters = filtersOf(useSearchParams());
  const { today, zone } = useClock();
  const { found, state } = useFound(JSON.stringify(queryOf(filters, today, zone)));
  const { byId } = useTasks();
  useEffect(() => void loadWriter(), []);
  const { value, error, isLoading } = state;
  const groups = useMemo<Group[]>(() => {
    // As they are now, with what is on its way; what was deleted since is gone.
    const tasks = value?.items.flatMap(({ id }) => byId.get(id) ?? []) ?? [];
    return tasks.length === 0 ? [] : [{ key: 'found', title: null, isLate: false, tasks }];
  }, [value, byId]);
  const count = groups[0]?.tasks.length ?? 0;
  const wrong = error && wrongOf(error, PLACES);
  const top = (
    <div className="grid gap-3 px-5 pt-3 pb-2 sm:px-7">
      <ViewHeading>{text.title}</ViewHeading>
      <SearchField q={filters.q} error={wrong?.at === 'q' ? wrong.message : undefined} />
      <FilterBar filters={filters} wrong={wrong} />
      <p role="status" className="min-h-5 text-[0.8125rem] text-muted">
        {value && count > 0 ? text.found(count, value.next === null) : null}
      </p>
      {isLoading ? <ListSkeleton /> : null}
      <Suspense fallback={null}>
        {error && !value && wrong?.at === 'form' ? <LoadFailure error={error} retry={() => void found.refresh()} /> : null}
      </Suspense>
      {value && count === 0 ? <EmptyState icon={SearchX} {...text.nothing} /> : null}
    </div>
  );
  const after = value && value.next !== null ? <MoreButton more={() => found.more()} /> : null;
  return <TaskList groups={groups} isProjectKnown={false} before={top} after={after} />;
}

/** As a text, so that the same question is asked once. */
function useFound(query: string) {
  const data = useData();
  const [found, follow] = useMemo(() => {
    const asked = JSON.parse(query) as ReturnType<typeof queryOf>;
    const listing = new Listing<Task>(async (cursor) => {
      const page = await read(api.GET('/tasks', { params: { query: { ...asked, ...(cursor === null ? {} : { cursor }) } } }));
      putTasks(data, page.items);
      return page;
    });
    const patch: Patch = (notices) => followTasks(data, listing, asked, notices);
    return [listing, patch] as const;
  }, [data, query]);
  return { found, state: useFollowing(found, OF_TASKS, follow) };
}
