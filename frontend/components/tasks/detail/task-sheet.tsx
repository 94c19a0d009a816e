'use client';

import { SearchX } from 'lucide';
import { useState } from 'react';
import { TaskDetail } from '@/components/tasks/detail/task-detail';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import { Sheet } from '@/components/ui/sheet';
import { Skeleton } from '@/components/ui/skeleton';
import { api, read } from '@/lib/api';
import { NotFound } from '@/lib/api/errors';
import { putTasks, type Data } from '@/lib/data';
import { useData, useRemote } from '@/lib/data-provider';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { brokenMessages } from '@/lib/messages/broken';
import { errorMessages } from '@/lib/messages/errors';
import { closeTask } from '@/lib/open-task';
import { Remote } from '@/lib/remote';
import { idOf } from '@/lib/tasks/given-ids';
import { useTasks } from '@/lib/tasks/provider';

/** A task's details beside the list it was opened from. */
export default function TaskSheet({ id }: { id: string }) {
  // It may have been opened before it was saved.
  const task = useTasks().byId.get(idOf(id));
  return (
    <Sheet isOpen onClose={closeTask} title={dialogsMessages.task.details} side="right" hasKeys>
      {task ? <TaskDetail task={task} onClose={closeTask} /> : <Unknown id={id} />}
    </Sheet>
  );
}

/** A task that no list holds, such as a completed one. Once it is read it is known. */
function Unknown({ id }: { id: string }) {
  const data = useData();
  const [reading] = useState(() => new Remote(() => readTask(data, id)));
  const { error } = useRemote(reading);
  return error ? <Missing error={error} retry={() => void reading.refresh()} /> : <Loading />;
}

async function readTask(data: Data, id: string): Promise<true> {
  putTasks(data, [await read(api.GET('/tasks/{id}', { params: { path: { id } } }))]);
  return true;
}

function Loading() {
  return (
    <div className="grid gap-4 p-6 pt-16">
      <Skeleton className="h-6 w-3/4" />
      <Skeleton className="h-4 w-1/2" />
      <Skeleton className="h-4 w-2/3" />
    </div>
  );
}

function Missing({ error, retry }: { error: Error; retry: () => void }) {
  const isGone = error instanceof NotFound;
  const title = isGone ? brokenMessages.notFoundTitle : errorMessages.loading;
  return (
    <EmptyState icon={SearchX} title={title} text={isGone ? dialogsMessages.task.missing : error.message}>
      {isGone ? <Button onClick={closeTask}>{dialogsMessages.task.close}</Button> : <Button onClick={retry}>{errorMessages.retry}</Button>}
    </EmptyState>
  );
}
