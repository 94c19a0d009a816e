'use client';

import { useState } from 'react';
import { described, FormProblem } from '@/components/ui/form-problem';
import type { Task } from '@/lib/api';
import { dialogsMessages } from '@/lib/messages/dialogs';

/** A title that was typed and not taken, and why. */
export type RefusedTitle = { title: string; message: string };

type Props = {
  task: Task;
  refused?: RefusedTitle;
  onSave: (seen: Task, title: string) => void;
  onDone: (isByKey: boolean) => void;
};

/** The title where it stands. Enter and leaving keep it, Escape does not. */
export default function TitleEditor({ task, refused, onSave, onDone }: Props) {
  // The task as it was when the editing began: what others change meanwhile is not overwritten.
  const [seen] = useState(task);
  const [title, setTitle] = useState(refused?.title ?? task.title);
  const [isOver, setIsOver] = useState(false);
  const error = title === refused?.title ? refused.message : undefined;
  const finish = (isKept: boolean, isByKey: boolean) => {
    if (isOver) return;
    setIsOver(true);
    const typed = title.trim();
    if (isKept && typed !== '' && error === undefined) onSave(seen, typed);
    onDone(isByKey);
  };
  return (
    <div className="min-w-0 flex-1">
      <input
        autoFocus
        value={title}
        maxLength={200}
        aria-label={dialogsMessages.task.title}
        {...described('row-title-note', error)}
        onChange={(event) => setTitle(event.target.value)}
        onFocus={(event) => event.target.select()}
        onBlur={() => finish(true, false)}
        onKeyDown={(event) => {
          // What was refused would be so again.
          if (event.key === 'Enter' && error === undefined) finish(true, true);
          if (event.key === 'Escape') finish(false, true);
          event.stopPropagation();
        }}
        className="-mx-1.5 h-8 w-full rounded-md border border-accent bg-raised px-1.5 text-base focus-visible:outline-none aria-invalid:border-danger sm:text-sm"
      />
      <FormProblem id="row-title-note" message={error} className="text-[0.8125rem]" />
    </div>
  );
}
