'use client';

import { useEffect, useMemo } from 'react';
import { api } from '@/lib/api';
import { useData, useRemote } from '@/lib/data-provider';
import { Remote } from '@/lib/remote';
import { useStore } from '@/lib/store';
import { EMPTY } from '@/lib/tasks/collection';
import { readCompletedDue } from '@/lib/tasks/read-completed';
import { SeriesPlan } from '@/lib/tasks/series-plan';
import { addDays, type Day } from '@/lib/time/day';
import { startOfDay } from '@/lib/time/instant';
import { NOTHING_ALONE, useFollowing } from '@/lib/use-following';

/** What some days show besides the open tasks: what series will bring, and what was done, which becomes known. */
export function useDays(days: readonly Day[], zone: string) {
  const data = useData();
  const { value: tasks = EMPTY } = useRemote(data.tasks);
  const plan = useMemo(() => new SeriesPlan(api, days), [days]);
  useEffect(() => plan.follow(tasks.byId.values()), [plan, tasks]);
  useEffect(() => plan.leave, [plan]);
  const completed = useMemo(
    () =>
      new Remote(() => {
        const [first = '', last = ''] = [days.at(0), days.at(-1)];
        return readCompletedDue(data, { after: startOfDay(first, zone), before: startOfDay(addDays(last, 2), zone) });
      }),
    [data, days, zone],
  );
  const done = useFollowing(completed, NOTHING_ALONE);
  const { planned, left, isLoading, error } = useStore(plan.state);
  const unread = done.value ? null : done.error;
  return {
    planned,
    /** How many series are not among what is planned. */
    left,
    /** Whether more was done than is known. */
    isCut: done.value?.isCut ?? false,
    isLoading: isLoading || done.isLoading,
    error: error ?? unread,
    retry: () => {
      plan.retry();
      if (unread) void completed.refresh();
    },
  };
}
