'use client';

import { clsx } from 'clsx/lite';
import { Check } from 'lucide';
import { PRIORITY_TEXT } from '@/components/tasks/priority';
import { Icon } from '@/components/ui/icon';
import type { Task } from '@/lib/api';
import { messages } from '@/lib/messages';

type Props = { task: Pick<Task, 'title' | 'completed' | 'priority'>; onToggle: () => void; className?: string };

/** The circle that is ticked. Its colour is the priority. */
export function TaskCheck({ task: { title, completed, priority }, onToggle, className }: Props) {
  const text = messages.list;
  return (
    <button
      type="button"
      role="checkbox"
      aria-checked={completed}
      aria-label={completed ? text.reopenTask(title) : text.completeTask(title)}
      onClick={onToggle}
      className={clsx('group/check relative grid size-7 shrink-0 place-items-center rounded-full pointer-coarse:after:absolute pointer-coarse:after:-inset-1.5', className)}
    >
      <span
        className={clsx(
          'grid size-[1.125rem] place-items-center rounded-full border-[1.5px] border-current transition-colors',
          completed ? 'text-accent' : PRIORITY_TEXT[priority],
        )}
      >
        {completed ? (
          <span className="grid size-full place-items-center rounded-full bg-accent">
            <Icon of={Check} className="size-3 text-on-accent" strokeWidth={3.5} />
          </span>
        ) : (
          <>
            {priority === 'none' ? null : <span className="absolute size-[0.9rem] rounded-full bg-current opacity-12" />}
            <Icon of={Check}
              strokeWidth={3.5}
              className="size-3 opacity-0 transition-opacity group-hover/check:opacity-60"
            />
          </>
        )}
      </span>
    </button>
  );
}
