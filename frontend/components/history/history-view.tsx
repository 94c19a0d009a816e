'use client';

import { History } from 'lucide';
import { useSearchParams } from 'next/navigation';
import { lazy, Suspense, useCallback, useMemo, useState } from 'react';
import { HistoryFilterBar } from '@/components/history/history-filter-bar';
import { SetOfChanges } from '@/components/history/set-of-changes';
import { EmptyState } from '@/components/ui/empty-state';
import { MoreButton } from '@/components/ui/more-button';
import { Page } from '@/components/ui/page';
import { Skeleton } from '@/components/ui/skeleton';
import { api, read } from '@/lib/api';
import { useData, useRemote } from '@/lib/data-provider';
import type { Aggregate } from '@/lib/heard';
import { historyFiltersOf, historyQueryOf } from '@/lib/history/filters';
import { byDay, changeSets, type HistoryEntry } from '@/lib/history/sets';
import type { Context } from '@/lib/history/words';
import { Listing } from '@/lib/listing';
import { messages } from '@/lib/messages';
import { historyMessages } from '@/lib/messages/history';
import { Remote } from '@/lib/remote';
import { readTokens } from '@/lib/settings/tokens';
import { useClock, useTasks } from '@/lib/tasks/provider';
import { dayHeading } from '@/lib/time/format';
import { useFollowing } from '@/lib/use-following';

const LoadFailure = lazy(() => import('@/components/ui/load-failure'));
const text = historyMessages;
const OF_EVERYTHING: readonly Aggregate[] = ['task', 'project', 'tag', 'user'];

/** What happened, and the way back: to everything, or to one task. */
export function HistoryView({ taskId = null }: { taskId?: string | null }) {
  const filters = historyFiltersOf(useSearchParams());
  const history = useHistory(taskId, JSON.stringify(historyQueryOf(filters)));
  // An undo changes what was done before, too, which may stand on a later page.
  const follow = useCallback(() => (history.isOnePage ? history.refreshFirst(isSame) : history.refresh()), [history]);
  const { value, error } = useFollowing(history, OF_EVERYTHING, follow);
  const context = useContextOfWords();
  const { clock } = context;
  const days = useMemo(() => byDay(changeSets(value?.items ?? [], clock.zone)), [value, clock.zone]);
  const name = taskId === null ? null : (value?.items[0]?.what.name ?? null);
  return (
    <Page title={taskId === null ? messages.nav.history : (name ?? text.ofTask)} note={taskId === null ? null : messages.nav.history}>
      <HistoryFilterBar filters={filters} />
      <Suspense fallback={null}>
        {error && !value ? <LoadFailure error={error} retry={() => void history.refresh()} /> : null}
      </Suspense>
      {value || error ? null : <Loading />}
      {value?.items.length === 0 ? <EmptyState icon={History} {...text.empty} /> : null}
      {days.map(({ day, sets }) => (
        <section key={day} aria-label={dayHeading(day, clock.today)}>
          <h2 className="pt-5 pb-1 text-[0.8125rem] font-semibold">{dayHeading(day, clock.today)}</h2>
          <ol className="divide-y">
            {sets.map((set) => (
              <SetOfChanges
                // A set that a page has cut is another one on the next.
                key={`${set.id} ${set.entries.at(-1)?.seq}`}
                set={set}
                context={context}
                isOfTask={taskId !== null}
                onUndone={() => void history.refresh()}
              />
            ))}
          </ol>
        </section>
      ))}
      {value && value.next !== null ? <MoreButton more={() => history.more()} /> : null}
    </Page>
  );
}

const isSame = (one: HistoryEntry, other: HistoryEntry) => one.seq === other.seq;

/** The question as a text, so that the same one is asked once. */
function useHistory(taskId: string | null, query: string): Listing<HistoryEntry, number> {
  return useMemo(
    () =>
      new Listing<HistoryEntry, number>((cursor) => {
        const asked = { ...(JSON.parse(query) as ReturnType<typeof historyQueryOf>), ...(cursor === null ? {} : { cursor }) };
        if (taskId === null) return read(api.GET('/history', { params: { query: asked } }));
        return read(api.GET('/tasks/{id}/history', { params: { path: { id: taskId }, query: asked } }));
      }),
    [taskId, query],
  );
}

function useContextOfWords(): Context {
  const { value: projects } = useRemote(useData().projects);
  const [remoteTokens] = useState(() => new Remote(readTokens));
  const { value: tokens } = useRemote(remoteTokens);
  const { byId } = useTasks();
  const clock = useClock();
  return useMemo(
    () => ({ projects: projects ?? [], titleOf: (id) => byId.get(id)?.title ?? null, tokens: tokens ?? null, clock }),
    [projects, byId, tokens, clock],
  );
}

function Loading() {
  return (
    <div className="grid gap-3 pt-8">
      {['w-2/3', 'w-1/2', 'w-3/5', 'w-2/5'].map((width) => (
        <Skeleton key={width} className={`h-10 ${width}`} />
      ))}
    </div>
  );
}
