'use client';

import { History, RotateCcw } from 'lucide';
import { AppLink } from '@/components/ui/app-link';
import { Button, buttonClass } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import type { Task } from '@/lib/api';
import { messages } from '@/lib/messages';
import { viewsMessages } from '@/lib/messages/views';
import { useClock } from '@/lib/tasks/provider';
import { momentInWords } from '@/lib/time/format';

const text = viewsMessages.trash;

type Props = { task: Task; parts: number; onRestore: () => void };

/** A task in the trash. */
export function DeletedTask({ task, parts, onRestore }: Props) {
  const clock = useClock();
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
      <Button size="small" onClick={onRestore}>
        <Icon of={RotateCcw} className="size-4" />
        {text.restore}
      </Button>
    </li>
  );
}
