'use client';

import { useMemo } from 'react';
import { Board } from '@/components/tasks/board/board';
import LoadFailure from '@/components/ui/load-failure';
import { MoreButton } from '@/components/ui/more-button';
import { Skeleton } from '@/components/ui/skeleton';
import type { Task } from '@/lib/api';
import { useData } from '@/lib/data-provider';
import { Listing } from '@/lib/listing';
import { completedPage } from '@/lib/tasks/read-completed';
import type { Scope } from '@/lib/tasks/scope';
import { NOTHING_ALONE, useFollowing } from '@/lib/use-following';

/** The board by status, with what was completed of late: open tasks are known, and events keep all of them. */
export function StatusBoard({ projectId }: { projectId: string | null }) {
  const data = useData();
  const completed = useMemo(() => {
    const scope: Scope = projectId === null ? { kind: 'all' } : { kind: 'project', id: projectId };
    return new Listing<Task>((cursor) => completedPage(data, scope, cursor));
  }, [data, projectId]);
  const { value, error } = useFollowing(completed, NOTHING_ALONE);
  const rest = () => {
    if (value) return value.next === null ? null : <MoreButton more={() => completed.more()} />;
    if (error) return <LoadFailure error={error} retry={() => void completed.refresh()} isPart />;
    return <Skeleton className="h-9" />;
  };
  return <Board by="status" projectId={projectId} rest={{ completed: rest() }} />;
}
