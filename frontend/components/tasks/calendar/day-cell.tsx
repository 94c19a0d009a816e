'use client';

import { clsx } from 'clsx/lite';
import { Plus } from 'lucide';
import type { MouseEvent } from 'react';
import { Chip } from '@/components/tasks/calendar/chip';
import { usePlace } from '@/components/tasks/drag/use-drag';
import { Icon } from '@/components/ui/icon';
import { viewsMessages } from '@/lib/messages/views';
import type { CalendarView, Entry } from '@/lib/tasks/calendar';
import type { Day } from '@/lib/time/day';
import { formatDay } from '@/lib/time/format';

const text = viewsMessages.calendar;
/** As many as fit into a day of a month. */
const SHOWN_OF_MONTH = 4;

type Props = {
  day: Day;
  view: CalendarView;
  entries: readonly Entry[];
  isToday: boolean;
  /** Of the month before or after. */
  isOutside: boolean;
  onShowWeek: (day: Day) => void;
  onAdd: (day: Day, anchor: HTMLElement) => void;
};

/** A day, and a place where tasks can be put. */
export function DayCell({ day, view, entries, isToday, isOutside, onShowWeek, onAdd }: Props) {
  const full = formatDay(day, 'full');
  const { ref, isOver } = usePlace(day, full);
  const isWeek = view === 'week';
  const shown = isWeek || entries.length <= SHOWN_OF_MONTH ? entries : entries.slice(0, SHOWN_OF_MONTH - 1);
  return (
    <section
      ref={ref}
      aria-label={`${full}, ${text.tasks(entries.length)}`}
      className={clsx(
        'group/row relative flex min-w-0 flex-col gap-1 border-r border-b p-1.5',
        isWeek ? 'min-h-24' : 'min-h-20 sm:min-h-26',
        isOutside && 'bg-sidebar',
        isOver && 'bg-selected!',
      )}
    >
      <div className={clsx('flex h-6 items-center justify-between', isWeek ? 'touch' : 'sm:touch')}>
        <DayNumber day={day} isToday={isToday} isOutside={isOutside} isWeek={isWeek} onShowWeek={onShowWeek} />
        <button
          type="button"
          aria-label={text.addOn(full)}
          onClick={(event: MouseEvent<HTMLElement>) => onAdd(day, event.currentTarget)}
          className={clsx(
            'grid size-6 place-items-center rounded text-muted hover:bg-hover hover:text-foreground sm:opacity-0 pointer-coarse:opacity-100 pointed:opacity-100 touch',
            // A month on a phone has room for the days alone; each leads to its week.
            !isWeek && 'max-sm:hidden max-lg:pointer-coarse:hidden',
          )}
        >
          <Icon of={Plus} className="size-3.5" />
        </button>
      </div>
      {shown.map((entry) => (
        <Chip key={entry.key} entry={entry} isTall={isWeek} />
      ))}
      {entries.length > shown.length ? (
        <button
          type="button"
          onClick={() => onShowWeek(day)}
          className="rounded px-1.5 text-left text-xs text-muted hover:bg-hover hover:text-foreground max-sm:pointer-coarse:pointer-events-none sm:pointer-coarse:min-h-10"
        >
          {text.more(entries.length - shown.length)}
        </button>
      ) : null}
    </section>
  );
}

/** For a finger on a phone the whole day is its number. */
const numberClass =
  'sm:pointer-coarse:justify-center max-sm:pointer-coarse:after:absolute max-sm:pointer-coarse:after:inset-0 sm:touch';

type NumberProps = Pick<Props, 'day' | 'isToday' | 'isOutside' | 'onShowWeek'> & { isWeek: boolean };

function DayNumber({ day, isToday, isOutside, isWeek, onShowWeek }: NumberProps) {
  const look = clsx(
    'flex h-6 items-center gap-1.5 rounded-full px-1.5 text-xs tabular-nums',
    isToday ? 'bg-accent font-semibold text-on-accent' : isOutside ? 'text-muted' : 'font-medium',
  );
  const number = Number(day.slice(8));
  if (isWeek) {
    return (
      <h2 className={look}>
        <span className={clsx(!isToday && 'text-muted')}>{formatDay(day, 'weekday')}</span>
        {number}
      </h2>
    );
  }
  return (
    <button type="button" aria-label={text.showWeek(formatDay(day, 'full'))} onClick={() => onShowWeek(day)} className={clsx(look, numberClass, !isToday && 'hover:bg-hover')}>
      {number}
    </button>
  );
}
