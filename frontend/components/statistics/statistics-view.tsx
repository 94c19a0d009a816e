'use client';

import { lazy, Suspense, useMemo, useState, type ReactNode } from 'react';
import { DaysChart } from '@/components/statistics/days-chart';
import { SharesChart, type Share } from '@/components/statistics/shares-chart';
import { Page } from '@/components/ui/page';
import { Skeleton } from '@/components/ui/skeleton';
import { api, read, type Priority, type Schemas } from '@/lib/api';
import { useData, useRemote } from '@/lib/data-provider';
import type { Aggregate } from '@/lib/heard';
import { messages } from '@/lib/messages';
import { statisticsMessages } from '@/lib/messages/statistics';
import { Remote } from '@/lib/remote';
import { countTasks } from '@/lib/tasks/counts';
import { PRIORITIES } from '@/lib/tasks/groups';
import { useClock, useTasks } from '@/lib/tasks/provider';
import { addDays } from '@/lib/time/day';
import { useFollowing } from '@/lib/use-following';

const LoadFailure = lazy(() => import('@/components/ui/load-failure'));
const text = statisticsMessages;
const OF_TASKS: readonly Aggregate[] = ['task', 'user'];
const SHOWN = 8;

/** How it is going. */
export function StatisticsView() {
  const [stats] = useState(() => new Remote(() => read(api.GET('/stats'))));
  const { value, error } = useFollowing(stats, OF_TASKS);
  return (
    <Page title={messages.nav.statistics} isOnlyRead className="max-w-5xl">
      <Suspense fallback={null}>
        {error && !value ? <LoadFailure error={error} retry={() => void stats.refresh()} /> : null}
      </Suspense>
      {value ? <Statistics stats={value} /> : error ? null : <Loading />}
    </Page>
  );
}

function Statistics({ stats }: { stats: Schemas['Stats'] }) {
  const { today } = useClock();
  const week = stats.completed_last_7_days;
  const days = week.map((count, index) => ({ day: addDays(today, index + 1 - week.length), count }));
  return (
    <div className="grid gap-4">
      <dl className="grid grid-cols-2 gap-3 sm:grid-cols-4">
        <Figure label={text.open} value={stats.open} />
        <Figure label={text.dueToday} value={stats.due_today} />
        <Figure label={text.overdue} value={stats.overdue} isBad={stats.overdue > 0} />
        <Figure label={text.completed} value={stats.completed} />
      </dl>
      <div className="grid items-start gap-4 md:grid-cols-2">
        <Card title={text.lastDays} note={text.completedTasks(week.reduce((sum, count) => sum + count, 0))}>
          <DaysChart days={days} title={text.lastDays} />
        </Card>
        <Card title={text.byPriority}>
          <SharesChart shares={PRIORITIES.map((priority) => ofPriority(priority, stats.open_by_priority))} />
        </Card>
        <Open />
      </div>
    </div>
  );
}

const BARS: Record<Priority, string> = {
  urgent: 'bg-urgent',
  high: 'bg-high',
  medium: 'bg-medium',
  low: 'bg-low',
  none: 'bg-line-strong',
};

/** The API counts from none to urgent. */
function ofPriority(priority: Priority, counts: readonly number[]): Share {
  const index = PRIORITIES.length - 1 - PRIORITIES.indexOf(priority);
  return { key: priority, label: messages.priorities[priority], count: counts[index] ?? 0, className: BARS[priority] };
}

/** Where the open tasks are. These are known here. */
function Open() {
  const { byId, isLoading } = useTasks();
  const clock = useClock();
  const data = useData();
  const { value: projects = [] } = useRemote(data.projects);
  const { value: tags = [] } = useRemote(data.tags);
  const counts = useMemo(() => countTasks(byId, clock), [byId, clock]);
  const byProject: Share[] = [
    { key: 'none', label: messages.task.noProject, count: counts.inbox },
    ...projects.map(({ id, name, color }) => ({ key: id, label: name, color, count: counts.byProject.get(id) ?? 0 })),
  ];
  const byTag: Share[] = tags.map(({ name, color }) => ({
    key: name,
    label: `#${name}`,
    color,
    count: counts.byTag.get(name) ?? 0,
  }));
  if (isLoading) return <Skeleton className="h-40" />;
  return (
    <>
      <Card title={text.byProject}>
        <SharesChart shares={most(byProject)} />
      </Card>
      {byTag.length > 0 ? (
        <Card title={text.byTag}>
          <SharesChart shares={most(byTag)} />
        </Card>
      ) : null}
    </>
  );
}

function most(shares: readonly Share[]): Share[] {
  return [...shares].sort((a, b) => b.count - a.count).slice(0, SHOWN);
}

function Figure({ label, value, isBad = false }: { label: string; value: number; isBad?: boolean }) {
  return (
    <div className="flex flex-col-reverse rounded-card border bg-raised px-4 py-3">
      <dt className="text-[0.8125rem] text-muted">{label}</dt>
      <dd className={isBad ? 'text-2xl font-semibold tabular-nums text-danger' : 'text-2xl font-semibold tabular-nums'}>{value}</dd>
    </div>
  );
}

function Card({ title, note, children }: { title: string; note?: string; children: ReactNode }) {
  return (
    <section className="rounded-card border bg-raised p-4">
      <div className="mb-4 flex items-baseline justify-between gap-3">
        <h2 className="font-semibold">{title}</h2>
        {note ? <p className="text-xs text-muted">{note}</p> : null}
      </div>
      {children}
    </section>
  );
}

function Loading() {
  return (
    <div className="grid gap-4 md:grid-cols-2">
      <Skeleton className="h-20 md:col-span-2" />
      <Skeleton className="h-56" />
      <Skeleton className="h-56" />
    </div>
  );
}
