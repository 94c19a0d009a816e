'use client';

import { clsx } from 'clsx/lite';
import { Flag, GripVertical, ListTree } from 'lucide';
import { memo } from 'react';
import { useCarried } from '@/components/tasks/drag/use-drag';
import { DueLabel } from '@/components/tasks/due-label';
import { PRIORITY_TEXT } from '@/components/tasks/priority';
import { TaskCheck } from '@/components/tasks/task-check';
import { Icon } from '@/components/ui/icon';
import type { Project, Task } from '@/lib/api';
import { messages } from '@/lib/messages';
import { viewsMessages } from '@/lib/messages/views';
import { openTask } from '@/lib/open-task';
import type { Clock } from '@/lib/tasks/due';

type Props = {
  task: Task;
  clock: Clock;
  /** Null where it says nothing. */
  project: Project | null;
  parts: number;
  onToggle: (task: Task) => void;
};

const cardClass = 'group/row relative flex gap-1 rounded-control border bg-raised p-2 pr-1 pointer-coarse:gap-1.5';

/** A task on a board. Drawn again only when something of it has changed. */
export const Card = memo(function Card(props: Props) {
  const { task } = props;
  const { isCarried, element, handle } = useCarried(task);
  return (
    <div
      {...element}
      data-task={task.id}
      className={clsx(cardClass, 'cursor-grab hover:border-line-strong focus-within:border-line-strong', isCarried && 'opacity-40')}
    >
      <Inside {...props} />
      <button
        type="button"
        {...handle}
        aria-label={viewsMessages.drag.handle(task.title)}
        className="-my-0.5 grid h-7 w-5 shrink-0 cursor-grab place-items-center rounded text-muted sm:opacity-0 pointed:opacity-100"
      >
        <Icon of={GripVertical} className="size-3.5" />
      </button>
    </div>
  );
});

/** The same, under the pointer that carries it. */
export function CarriedCard(props: Props) {
  return (
    <div className={clsx(cardClass, 'rotate-2 cursor-grabbing shadow-raised')}>
      <Inside {...props} />
    </div>
  );
}

function Inside({ task, clock, project, parts, onToggle }: Props) {
  return (
    <>
      <TaskCheck task={task} onToggle={() => onToggle(task)} className="-my-0.5" />
      <div className="min-w-0 flex-1">
        <button
          type="button"
          data-title
          aria-label={messages.list.openTask(task.title)}
          onClick={() => openTask(task.id)}
          className={clsx('w-full rounded text-left leading-6 break-words pointer-coarse:-mt-2 pointer-coarse:py-2', task.completed && 'text-muted line-through decoration-line-strong')}
        >
          {task.title}
        </button>
        <div className="mt-0.5 flex flex-wrap items-center gap-x-2.5 gap-y-1 text-xs text-muted empty:hidden">
          {task.due ? <DueLabel task={task} clock={clock} repeats={Boolean(task.recurrence)} /> : null}
          {task.priority === 'none' ? null : (
            <span className={PRIORITY_TEXT[task.priority]} title={messages.priorities[task.priority]}>
              <Icon of={Flag} className="size-3.5" fill="currentColor" aria-label={messages.priorities[task.priority]} />
            </span>
          )}
          {project ? (
            <span className="inline-flex min-w-0 items-center gap-1.5">
              <span aria-hidden className="size-2 shrink-0 rounded-full bg-line-strong" style={{ backgroundColor: project.color ?? undefined }} />
              <span className="max-w-32 truncate">{project.name}</span>
            </span>
          ) : null}
          {task.tags.map((name) => (
            <span key={name} className="max-w-28 truncate">
              #{name}
            </span>
          ))}
          {parts > 0 ? (
            <span className="inline-flex items-center gap-1" title={messages.list.subtasks(parts)}>
              <Icon of={ListTree} className="size-3.5" />
              <span aria-hidden>{parts}</span>
              <span className="sr-only">{messages.list.subtasks(parts)}</span>
            </span>
          ) : null}
        </div>
      </div>
    </>
  );
}
