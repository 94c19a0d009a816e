'use client';

import { clsx } from 'clsx/lite';
import { Check, Repeat2 } from 'lucide';
import { memo } from 'react';
import { useCarried } from '@/components/tasks/drag/use-drag';
import { Icon } from '@/components/ui/icon';
import type { Priority, Task } from '@/lib/api';
import { messages } from '@/lib/messages';
import { viewsMessages } from '@/lib/messages/views';
import { openTask } from '@/lib/open-task';
import type { Entry } from '@/lib/tasks/calendar';

const EDGES: Record<Priority, string> = {
  urgent: 'border-l-urgent',
  high: 'border-l-high',
  medium: 'border-l-medium',
  low: 'border-l-low',
  none: 'border-l-line-strong',
};

/** A month on a phone has no room for fingers: there a day as a whole leads to its week. */
const SHORT = 'h-6 max-sm:pointer-coarse:pointer-events-none sm:touch';
const TALL = 'min-h-8 py-1 pointer-coarse:min-h-10';

const chipClass = 'flex w-full min-w-0 items-center gap-1.5 rounded-md border-l-3 bg-raised px-1.5 text-left text-xs shadow-[inset_0_0_0_1px_var(--color-line)]';

type Props = { entry: Entry; isTall: boolean };

/** A task in the calendar. It is carried as a whole, and opened by its title. */
export const Chip = memo(function Chip({ entry, isTall }: Props) {
  return entry.isPlanned ? <PlannedChip entry={entry} isTall={isTall} /> : <TaskChip entry={entry} isTall={isTall} />;
});

function TaskChip({ entry: { task, time }, isTall }: Props) {
  const { isCarried, element, handle } = useCarried(task);
  return (
    <div {...element} data-task={task.id} className={clsx('group/row', isCarried && 'opacity-40')}>
      <button
        type="button"
        {...handle}
        data-title
        aria-label={messages.list.openTask(task.title)}
        onClick={() => openTask(task.id)}
        className={clsx(chipClass, EDGES[task.priority], 'cursor-grab hover:bg-hover', isTall ? TALL : SHORT)}
      >
        <Inside task={task} time={time} isTall={isTall} />
      </button>
    </div>
  );
}

function Inside({ task, time, isTall }: { task: Task; time: string | null; isTall: boolean }) {
  return (
    <>
      {task.completed ? <Icon of={Check} className="size-3 shrink-0 text-accent" strokeWidth={3} /> : null}
      {time ? <span className={clsx('shrink-0 text-muted tabular-nums', !isTall && 'max-sm:hidden')}>{time}</span> : null}
      <span
        className={clsx(
          isTall ? 'min-w-0 break-words' : 'truncate',
          task.completed && 'text-muted line-through decoration-line-strong',
        )}
      >
        {task.title}
      </span>
    </>
  );
}

/** What a series will bring: not a task yet, so there is nothing to carry. */
function PlannedChip({ entry: { task, time }, isTall }: Props) {
  return (
    <button
      type="button"
      aria-label={viewsMessages.calendar.planned(task.title)}
      onClick={() => openTask(task.id)}
      className={clsx(
        'flex w-full min-w-0 items-center gap-1.5 rounded-md border border-dashed px-1.5 text-left text-xs text-muted hover:bg-hover',
        isTall ? TALL : SHORT,
      )}
    >
      <Icon of={Repeat2} className={clsx('size-3 shrink-0', !isTall && 'max-sm:hidden')} />
      {time ? <span className={clsx('shrink-0 tabular-nums', !isTall && 'max-sm:hidden')}>{time}</span> : null}
      <span className={isTall ? 'min-w-0 break-words' : 'truncate'}>{task.title}</span>
    </button>
  );
}

export function CarriedChip({ task }: { task: Task }) {
  return (
    <div className={clsx(chipClass, EDGES[task.priority], 'h-6 max-w-56 cursor-grabbing shadow-raised')}>
      <span className="truncate">{task.title}</span>
    </div>
  );
}
