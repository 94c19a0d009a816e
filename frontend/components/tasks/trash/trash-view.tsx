'use client';

import { Trash2 } from 'lucide';
import { lazy, Suspense, useCallback, useMemo } from 'react';
import ListSkeleton from '@/components/tasks/list/list-skeleton';
import { DeletedTask } from '@/components/tasks/trash/deleted-task';
import { EmptyState } from '@/components/ui/empty-state';
import { MoreButton } from '@/components/ui/more-button';
import { Page } from '@/components/ui/page';
import { announceProblem } from '@/lib/announce';
import { api, read, written, type Task } from '@/lib/api';
import { messageOf } from '@/lib/api/errors';
import { putTasks, type Data } from '@/lib/data';
import { useData } from '@/lib/data-provider';
import { expecting } from '@/lib/expecting';
import type { Aggregate } from '@/lib/heard';
import { randomId } from '@/lib/id';
import { Listing, ofItems } from '@/lib/listing';
import { viewsMessages } from '@/lib/messages/views';
import { followTasks } from '@/lib/tasks/listed';
import { deletedOnes, withoutDeleted } from '@/lib/tasks/trash';
import { noteChange } from '@/lib/undo';
import { useFollowing, type Patch } from '@/lib/use-following';

const LoadFailure = lazy(() => import('@/components/ui/load-failure'));
const text = viewsMessages.trash;
const OF_TASKS: readonly Aggregate[] = ['task'];
const DELETED = { status: 'deleted', sort: 'updated_at', order: 'desc' } as const;

/** What was deleted, the newest first, and the way back. */
export function TrashView() {
  const data = useData();
  const trash = useMemo(() => new Listing<Task>(readTrash), []);
  const follow = useCallback<Patch>((notices) => followTasks(data, trash, DELETED, notices), [data, trash]);
  const { value, error, isLoading } = useFollowing(trash, OF_TASKS, follow);
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
          <DeletedTask key={task.id} task={task} parts={parts} onRestore={() => void restore(data, trash, task)} />
        ))}
      </ul>
      {value && value.next !== null ? <MoreButton more={() => trash.more()} /> : null}
    </Page>
  );
}

function readTrash(cursor: string | null) {
  const query = { ...DELETED, ...(cursor === null ? {} : { cursor }) };
  return read(api.GET('/tasks', { params: { query } }));
}

async function restore(data: Data, trash: Listing<Task>, task: Task): Promise<void> {
  const params = { path: { id: task.id }, header: { 'Idempotency-Key': randomId() } };
  try {
    const others = ofItems<Task, string>((tasks) => withoutDeleted(tasks, task));
    const answer = await expecting(trash, others, () => written(api.POST('/tasks/{id}/restore', { params })), others);
    putTasks(data, [answer.data]);
    if (answer.changeSetId !== null) noteChange(data, text.restored, answer.changeSetId);
  } catch (error) {
    announceProblem(messageOf(error));
  }
}
