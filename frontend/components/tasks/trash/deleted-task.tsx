'use client';

import { History, RotateCcw } from 'lucide';
import { useState } from 'react';
import { AppLink } from '@/components/ui/app-link';
import { Button, buttonClass } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import { announceProblem } from '@/lib/announce';
import { api, written, type Task } from '@/lib/api';
import { messageOf } from '@/lib/api/errors';
import { putTasks, type Data } from '@/lib/data';
import { useData } from '@/lib/data-provider';
import { randomId } from '@/lib/id';
import { messages } from '@/lib/messages';
import { viewsMessages } from '@/lib/messages/views';
import { useClock } from '@/lib/tasks/provider';
import { momentInWords } from '@/lib/time/format';
import { noteChange } from '@/lib/undo';

const text = viewsMessages.trash;

type Props = { task: Task; parts: number; onRestored: () => void };

/** A task in the trash. */
export function DeletedTask({ task, parts, onRestored }: Props) {
  const data = useData();
  const clock = useClock();
  const [key] = useState(randomId);
  const [isWorking, setIsWorking] = useState(false);
  const bringBack = async () => {
    setIsWorking(true);
    try {
      await restore(data, task, key);
      onRestored();
    } catch (error) {
      announceProblem(messageOf(error));
    }
    setIsWorking(false);
  };
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 py-2.5">
      <div className="min-w-0 flex-1 basis-40">
        <p className="break-words">{task.title}</p>
        <p className="mt-0.5 flex flex-wrap gap-x-3 text-xs text-muted">
          <span>{text.deletedAt(momentInWords(task.deleted_at ?? task.updated_at, clock))}</span>
          {parts > 0 ? <span>{messages.list.subtasks(parts)}</span> : null}
        </p>
      </div>
      <AppLink href={`/history/${task.id}`} className={buttonClass('ghost', 'small')}>
        <Icon of={History} className="size-4" />
        <span className="max-sm:sr-only">{text.history}</span>
      </AppLink>
      <Button size="small" disabled={isWorking} onClick={() => void bringBack()}>
        <Icon of={RotateCcw} className="size-4" />
        {text.restore}
      </Button>
    </li>
  );
}

async function restore(data: Data, task: Task, key: string): Promise<void> {
  const params = { path: { id: task.id }, header: { 'Idempotency-Key': key } };
  const answer = await written(api.POST('/tasks/{id}/restore', { params }));
  putTasks(data, [answer.data]);
  if (answer.changeSetId !== null) noteChange(data, text.restored, answer.changeSetId);
}
