import { useEffect } from 'react';
import { useData, useRemote } from '@/lib/data-provider';
import type { Aggregate } from '@/lib/heard';
import type { Notice } from '@/lib/realtime/notice';
import type { Remote, State } from '@/lib/remote';

/** What comes in one breath is read once. */
const BREATH_MILLISECONDS = 250;

/** For what is kept up to date change by change: it is read anew only when everything is. */
export const NOTHING_ALONE: readonly Aggregate[] = [];

/** Brings up to date what some notices are about. */
export type Patch = (notices: readonly Notice[]) => Promise<void>;

/**
 * What is known of something that not every change is told of: whenever something of these kinds
 * has changed it is brought up to date by `patch`, or else read anew. Give the same list and the
 * same function each time.
 */
export function useFollowing<T>(remote: Remote<T>, about: readonly Aggregate[], patch?: Patch): State<T> {
  const { heard } = useData();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    /** One after the other: an older answer must not come last. */
    let last: Promise<void> = Promise.resolve();
    /** Null: more than these. */
    let notices: Notice[] | null = [];
    const catchUp = () => {
      timer = undefined;
      const these = notices;
      notices = [];
      if (these === null || !patch) void remote.refresh();
      else last = last.then(() => patch(these)).catch(() => remote.refresh());
    };
    const leave = heard.subscribe(() => {
      const word = heard.get();
      if (!word || (word.about !== 'everything' && !about.includes(word.about))) return;
      if (word.notice) notices?.push(word.notice);
      else notices = null;
      timer ??= setTimeout(catchUp, BREATH_MILLISECONDS);
    });
    return () => {
      clearTimeout(timer);
      leave();
    };
  }, [heard, remote, about, patch]);
  return useRemote(remote);
}
