'use client';

import { useState } from 'react';
import type { Task } from '@/lib/api';
import { dialogsMessages } from '@/lib/messages/dialogs';

type Props = { task: Task; onSave: (seen: Task, title: string) => void; onDone: (isByKey: boolean) => void };

/** The title where it stands. Enter and leaving keep it, Escape does not. */
export default function TitleEditor({ task, onSave, onDone }: Props) {
  // The task as it was when the editing began: what others change meanwhile is not overwritten.
  const [seen] = useState(task);
  const [title, setTitle] = useState(task.title);
  const [isOver, setIsOver] = useState(false);
  const finish = (isKept: boolean, isByKey: boolean) => {
    if (isOver) return;
    setIsOver(true);
    const typed = title.trim();
    if (isKept && typed !== '') onSave(seen, typed);
    onDone(isByKey);
  };
  return (
    <input
      autoFocus
      value={title}
      maxLength={200}
      aria-label={dialogsMessages.task.title}
      onChange={(event) => setTitle(event.target.value)}
      onFocus={(event) => event.target.select()}
      onBlur={() => finish(true, false)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') finish(true, true);
        if (event.key === 'Escape') finish(false, true);
        event.stopPropagation();
      }}
      className="-mx-1.5 h-8 w-full rounded-md border border-accent bg-raised px-1.5 text-base focus-visible:outline-none sm:text-sm"
    />
  );
}
