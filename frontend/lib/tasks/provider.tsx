'use client';

import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import type { Task } from '@/lib/api';
import type { Data } from '@/lib/data';
import { useData, useRemote } from '@/lib/data-provider';
import { useStore } from '@/lib/store';
import { EMPTY } from '@/lib/tasks/collection';
import { clockAt, type Clock } from '@/lib/tasks/due';
import { deviceHabits, habitsOf } from '@/lib/time/habits';

type Tasks = {
  byId: ReadonlyMap<string, Task>;
  /** Nothing is known yet. */
  isLoading: boolean;
  /** More is still to come: where nothing is seen there may be something in a moment. */
  isPartial: boolean;
  /** Why there are tasks that are not here. */
  error: Error | null;
  retry: () => void;
};

const TasksContext = createContext<Tasks | null>(null);
const ClockContext = createContext<Clock | null>(null);

const TICK_MILLISECONDS = 20_000;

/** All known tasks as they will be when what is under way has arrived, and what time it is. */
export function TasksProvider({ now, children }: { now: number; children: ReactNode }) {
  return (
    <ClockContext value={useTickingClock(now)}>
      <TasksContext value={useAllTasks()}>{children}</TasksContext>
    </ClockContext>
  );
}

export function useTasks(): Tasks {
  const tasks = useContext(TasksContext);
  if (!tasks) throw new Error('useTasks belongs inside a TasksProvider');
  return tasks;
}

export function useClock(): Clock {
  const clock = useContext(ClockContext);
  if (!clock) throw new Error('useClock belongs inside a TasksProvider');
  return clock;
}

function useAllTasks(): Tasks {
  const data = useData();
  const { value: collection = EMPTY, error, isLoading } = useRemote(data.tasks);
  const writes = useStore(data.writes.pending);
  const { byId } = collection;
  const isPartial = collection.next !== null;
  const rest = useRest(data, isPartial);
  const missing = isPartial ? rest.error : byId.size === 0 ? error : null;
  return useMemo(
    () => ({
      byId: data.writes.overlay?.(byId, writes, new Date().toISOString()) ?? byId,
      isLoading,
      isPartial,
      error: missing,
      retry: isPartial ? rest.retry : () => void data.tasks.refresh(),
    }),
    [byId, writes, isLoading, isPartial, missing, rest.retry, data],
  );
}

/** Reads what did not come with the page. */
function useRest(data: Data, isPartial: boolean) {
  const [error, setError] = useState<Error | null>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    if (!isPartial) return;
    const leaving = new AbortController();
    import('@/lib/tasks/read').then(({ readRest }) => readRest(data, leaving.signal, setError)).catch(setError);
    return () => leaving.abort();
  }, [data, isPartial, attempt]);
  const retry = useCallback(() => {
    setError(null);
    setAttempt((before) => before + 1);
  }, []);
  return { error, retry };
}

function useTickingClock(drawnAt: number): Clock {
  const { value: profile } = useRemote(useData().profile);
  const zone = profile?.time_zone ?? 'UTC';
  const { hour12, weekStart } = habitsOf(profile, useStore(deviceHabits));
  const [now, setNow] = useState(drawnAt);
  useEffect(() => {
    const tick = () => setNow(Date.now());
    const timer = setInterval(tick, TICK_MILLISECONDS);
    // Timers of a sleeping tab are late.
    document.addEventListener('visibilitychange', tick);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', tick);
    };
  }, []);
  // Only minutes are ever shown: with each a new clock, and no more.
  const minute = Math.floor(now / 60_000);
  return useMemo(() => clockAt(minute * 60_000, zone, { hour12, weekStart }), [minute, zone, hour12, weekStart]);
}
