'use client';

import type { ReactNode } from 'react';
import { DataProvider } from '@/lib/data-provider';
import type { Initial } from '@/lib/initial';
import { RealtimeProvider } from '@/lib/realtime/provider';
import { TasksProvider } from '@/lib/tasks/provider';

type Props = { userId: string; realtimeUrl: string; now: number; initial: Initial | null; children: ReactNode };

/** What every view stands on: data, live events, the time. */
export function Providers({ userId, realtimeUrl, now, initial, children }: Props) {
  return (
    <DataProvider initial={initial}>
      <RealtimeProvider url={realtimeUrl} userId={userId} cursor={initial?.cursor ?? null}>
        <TasksProvider now={now}>{children}</TasksProvider>
      </RealtimeProvider>
    </DataProvider>
  );
}
