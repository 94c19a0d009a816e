'use client';

import { clsx } from 'clsx/lite';
import { useMemo, useRef, useState } from 'react';
import { useTaskActions } from '@/components/tasks/actions';
import AddOnDay from '@/components/tasks/add-on-day';
import { AreaCommands } from '@/components/tasks/area-commands';
import { CarriedChip } from '@/components/tasks/calendar/chip';
import { DayCell } from '@/components/tasks/calendar/day-cell';
import { DaysNote } from '@/components/tasks/calendar/days-note';
import { useDays } from '@/components/tasks/calendar/use-days';
import { DragArea } from '@/components/tasks/drag/drag-area';
import { usePicker } from '@/components/tasks/pickers/use-picker';
import { messages } from '@/lib/messages';
import { daysOf, entriesByDay, type CalendarView } from '@/lib/tasks/calendar';
import { dueOn } from '@/lib/tasks/due-day';
import { useClock, useTasks } from '@/lib/tasks/provider';
import type { Day } from '@/lib/time/day';
import { formatDay } from '@/lib/time/format';

type Props = { view: CalendarView; day: Day; onShowWeek: (day: Day) => void };

/** The days of a month or a week, with what is due on them. */
export function Calendar({ view, day, onShowWeek }: Props) {
  const area = useRef<HTMLDivElement>(null);
  const { byId } = useTasks();
  const { today, zone, hour12, weekStart } = useClock();
  const actions = useTaskActions();
  const { pick, element: picker } = usePicker();
  const [adding, setAdding] = useState<{ day: Day; anchor: HTMLElement } | null>(null);
  const days = useMemo(() => daysOf(view, day, weekStart), [view, day, weekStart]);
  const { planned, ...rest } = useDays(days, zone);
  const entries = useMemo(
    () => entriesByDay(byId.values(), planned, days, { zone, hour12 }),
    [byId, planned, days, zone, hour12],
  );
  return (
    <DragArea
      id="calendar"
      onDrop={(task, to) => actions.set(task, { due: dueOn(task, to, zone) })}
      draw={(task) => <CarriedChip task={task} />}
    >
      <div ref={area} role="group" aria-label={messages.nav.calendar} className="min-h-0 flex-1 overflow-y-auto px-3 pb-6 sm:px-6">
        {view === 'month' ? (
          <div aria-hidden className="grid grid-cols-7">
            {days.slice(0, 7).map((each) => (
              <span key={each} className="px-2 py-1 text-xs text-muted">
                {formatDay(each, 'weekday')}
              </span>
            ))}
          </div>
        ) : null}
        <div className={clsx(
            'grid border-t border-l',
            view === 'month' ? 'min-h-[calc(100%-1.75rem)] auto-rows-fr grid-cols-7' : 'grid-cols-1 sm:min-h-full sm:grid-cols-7',
          )}>
          {days.map((each) => (
            <DayCell
              key={each}
              day={each}
              view={view}
              entries={entries.get(each) ?? []}
              isToday={each === today}
              isOutside={view === 'month' && each.slice(0, 7) !== day.slice(0, 7)}
              onShowWeek={onShowWeek}
              onAdd={(on, anchor) => setAdding({ day: on, anchor })}
            />
          ))}
        </div>
      </div>
      <DaysNote {...rest} />
      {adding ? <AddOnDay {...adding} onClose={() => setAdding(null)} /> : null}
      {picker}
      <AreaCommands area={area} actions={actions} pick={pick} />
    </DragArea>
  );
}
