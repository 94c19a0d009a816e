import { useEffect } from 'react';
import { useData, useRemote } from '@/lib/data-provider';
import type { Aggregate } from '@/lib/heard';
import type { Remote, State } from '@/lib/remote';

/** What comes in one breath is read once. */
const BREATH_MILLISECONDS = 250;

/** For what is kept up to date change by change: it is read anew only when everything is. */
export const NOTHING_ALONE: readonly Aggregate[] = [];

/**
 * What is known of something that is not kept up to date change by change: it is read anew
 * whenever something of these kinds has changed. Give the same list each time.
 */
export function useFollowing<T>(remote: Remote<T>, about: readonly Aggregate[]): State<T> {
  const { heard } = useData();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const leave = heard.subscribe(() => {
      const what = heard.get()?.about;
      if (what === undefined || (what !== 'everything' && !about.includes(what))) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        void remote.refresh();
      }, BREATH_MILLISECONDS);
    });
    return () => {
      clearTimeout(timer);
      leave();
    };
  }, [heard, remote, about]);
  return useRemote(remote);
}
