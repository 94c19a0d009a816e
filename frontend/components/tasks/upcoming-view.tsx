'use client';

import { useCallback } from 'react';
import { PlainView } from '@/components/tasks/plain-view';
import { byDay } from '@/lib/tasks/by-day';
import type { Group } from '@/lib/tasks/groups';
import { useClock } from '@/lib/tasks/provider';

/** The days ahead, and what is due on them. */
export function UpcomingView({ empty }: { empty: { title: string; text: string } }) {
  const clock = useClock();
  const regroup = useCallback((groups: readonly Group[]) => byDay(groups, clock), [clock]);
  return <PlainView kind="upcoming" empty={empty} regroup={regroup} />;
}
