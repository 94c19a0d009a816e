'use client';

import { useMemo } from 'react';
import LoadFailure from '@/components/ui/load-failure';
import { MoreButton } from '@/components/ui/more-button';
import type { Task } from '@/lib/api';
import { useData } from '@/lib/data-provider';
import { Listing } from '@/lib/listing';
import { completedPage } from '@/lib/tasks/read-completed';
import type { Scope } from '@/lib/tasks/scope';
import { NOTHING_ALONE, useFollowing } from '@/lib/use-following';

/** Brings what of a view is done, a page at a time; the list above shows it. */
export function CompletedTasks({ scope }: { scope: Scope }) {
  const data = useData();
  const listing = useMemo(() => new Listing<Task>((cursor) => completedPage(data, scope, cursor)), [data, scope]);
  const { value, error } = useFollowing(listing, NOTHING_ALONE);
  if (error && !value) return <LoadFailure error={error} retry={() => void listing.refresh()} isPart />;
  return value && value.next !== null ? <MoreButton more={() => listing.more()} /> : null;
}
