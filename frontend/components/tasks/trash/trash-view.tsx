'use client';

import { Trash2 } from 'lucide';
import { lazy, Suspense, useMemo } from 'react';
import { ListSkeleton } from '@/components/tasks/list/list-skeleton';
import { DeletedTask } from '@/components/tasks/trash/deleted-task';
import { EmptyState } from '@/components/ui/empty-state';
import { MoreButton } from '@/components/ui/more-button';
import { Page } from '@/components/ui/page';
import { api, read, type Task } from '@/lib/api';
import type { Aggregate } from '@/lib/heard';
import { Listing } from '@/lib/listing';
import { viewsMessages } from '@/lib/messages/views';
import { deletedOnes } from '@/lib/tasks/trash';
import { useFollowing } from '@/lib/use-following';

const LoadFailure = lazy(() => import('@/components/ui/load-failure'));
const text = viewsMessages.trash;
const OF_TASKS: readonly Aggregate[] = ['task'];

/** What was deleted, the newest first, and the way back. */
export function TrashView() {
  const trash = useMemo(() => new Listing<Task>(readTrash), []);
  const { value, error, isLoading } = useFollowing(trash, OF_TASKS);
  const deleted = useMemo(() => deletedOnes(value?.items ?? []), [value]);
  return (
    <Page title={text.title} note={text.note}>
      {isLoading ? <ListSkeleton /> : null}
      <Suspense fallback={null}>
        {error && !value ? <LoadFailure error={error} retry={() => void trash.refresh()} /> : null}
      </Suspense>
      {value && deleted.length === 0 ? <EmptyState icon={Trash2} {...text.nothing} /> : null}
      <ul className="divide-y">
        {deleted.map(({ task, parts }) => (
          <DeletedTask key={task.id} task={task} parts={parts} onRestored={() => void trash.refresh()} />
        ))}
      </ul>
      {value && value.next !== null ? <MoreButton more={() => trash.more()} /> : null}
    </Page>
  );
}

function readTrash(cursor: string | null) {
  const query = { status: 'deleted', sort: 'updated_at', order: 'desc', ...(cursor === null ? {} : { cursor }) } as const;
  return read(api.GET('/tasks', { params: { query } }));
}
