'use client';

import { clsx } from 'clsx/lite';
import { Plus } from 'lucide';
import { useLayoutEffect } from 'react';
import { createPortal } from 'react-dom';
import { usePlace } from '@/components/tasks/drag/use-drag';
import type { RowHandlers } from '@/components/tasks/list/task-row';
import { Button } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { viewsMessages } from '@/lib/messages/views';
import type { Group } from '@/lib/tasks/groups';
import { MOST_AT_ONCE } from '@/lib/tasks/write';
import type { Day } from '@/lib/time/day';
import { formatDay } from '@/lib/time/format';

const text = dialogsMessages.due;

type Props = {
  /** Of the row. */
  element: HTMLElement;
  group: Group;
  /** When that is due which is put under the heading; null where nothing can be. */
  day: Day | null;
  on: Pick<RowHandlers, 'pick'>;
  onAdd: (day: Day, anchor: HTMLElement) => void;
};

/** What a heading can do: give what is late another day, and take in what is put or added there. */
export function HeadingTools({ element, group, day, on, onAdd }: Props) {
  const slot = element.querySelector('[data-tools]');
  if (!slot) return null;
  return createPortal(
    <>
      {group.isLate ? <Reschedule tasks={group.tasks} on={on} /> : null}
      {day === null ? null : <DayPlace element={element} group={group} day={day} onAdd={onAdd} />}
    </>,
    slot,
  );
}

function Reschedule({ tasks, on }: Pick<Group, 'tasks'> & Pick<Props, 'on'>) {
  return (
    <Button
      variant="ghost"
      size="small"
      className="h-7! text-[0.8125rem] pointer-coarse:-my-2 pointer-coarse:h-11!"
      onClick={(event) => on.pick('due', tasks.slice(0, MOST_AT_ONCE), event.currentTarget)}
    >
      {tasks.length > MOST_AT_ONCE ? text.rescheduleFirst(MOST_AT_ONCE) : text.reschedule}
    </Button>
  );
}

function DayPlace({ element, group: { key, title, tasks }, day, onAdd }: Pick<Props, 'element' | 'group' | 'onAdd'> & { day: Day }) {
  const { ref, isOver } = usePlace(key, title ?? '');
  useLayoutEffect(() => ref(element), [element, ref]);
  return (
    <>
      <button
        type="button"
        aria-label={viewsMessages.calendar.addOn(formatDay(day, 'full'))}
        onClick={(event) => onAdd(day, event.currentTarget)}
        className={clsx(
          'grid size-6 place-items-center rounded text-muted hover:bg-hover hover:text-foreground pointer-coarse:-m-2.5 pointer-coarse:size-11',
          // An empty day has nothing else to show.
          tasks.length > 0 && 'sm:opacity-0 pointer-coarse:opacity-100 pointed:opacity-100',
        )}
      >
        <Icon of={Plus} className="size-3.5" />
      </button>
      {isOver ? <span aria-hidden className="absolute inset-x-0 -bottom-px h-0.5 rounded bg-accent" /> : null}
    </>
  );
}
