'use client';

import type { Due } from '@/lib/api';
import { useData, useRemote } from '@/lib/data-provider';
import { alertsOf } from '@/lib/settings/alerts';

/** The hour at which somebody is reminded of what is due on a day; null of what is due at a time. */
export function useAllDayAt(due: Due | null | undefined): string | null {
  const { value: profile } = useRemote(useData().profile);
  return due?.kind === 'date' && profile ? alertsOf(profile).allDayAt : null;
}
