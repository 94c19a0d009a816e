'use client';

import { clsx } from 'clsx/lite';
import { ChevronLeft, ChevronRight } from 'lucide';
import { useRef, useState, type KeyboardEvent } from 'react';
import { Button } from '@/components/ui/button';
import { Icon, type IconNode } from '@/components/ui/icon';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { useClock } from '@/lib/tasks/provider';
import { addDays, type Day } from '@/lib/time/day';
import { formatDay } from '@/lib/time/format';
import { monthPage } from '@/lib/time/week';

type Props = { chosen: Day | null; today: Day; onChoose: (day: Day) => void };

const STEPS: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

/** The days of a month. One of them has the focus; arrows move it. */
export function MonthGrid({ chosen, today, onChoose }: Props) {
  const { weekStart } = useClock();
  const [focused, setFocused] = useState(chosen ?? today);
  const grid = useRef<HTMLDivElement>(null);
  const [year = 0, month = 1] = focused.split('-').map(Number);
  const days = monthPage(year, month, weekStart);

  const press = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = addDays(focused, step);
    setFocused(next);
    requestAnimationFrame(() => grid.current?.querySelector<HTMLElement>(`[data-day="${next}"]`)?.focus());
  };

  return (
    <div>
      <div className="mb-2 flex items-center justify-between">
        <p aria-live="polite" className="px-1 text-[0.8125rem] font-semibold">
          {formatDay(focused, 'month')}
        </p>
        <div className="flex">
          <Turn label={dialogsMessages.due.previousMonth} icon={ChevronLeft} onClick={() => setFocused(turn(year, month, -1))} />
          <Turn label={dialogsMessages.due.nextMonth} icon={ChevronRight} onClick={() => setFocused(turn(year, month, 1))} />
        </div>
      </div>
      <div ref={grid} role="group" aria-label={formatDay(focused, 'month')} onKeyDown={press} className="grid grid-cols-7">
        {days.slice(0, 7).map((day) => (
          <span key={`of ${day}`} aria-hidden className="grid h-7 place-items-center text-[0.6875rem] text-muted">
            {formatDay(day, 'weekday').slice(0, 2)}
          </span>
        ))}
        {days.map((day) => (
          <button
            key={day}
            type="button"
            data-day={day}
            tabIndex={day === focused ? 0 : -1}
            aria-label={formatDay(day, 'full')}
            aria-current={day === today ? 'date' : undefined}
            aria-pressed={day === chosen}
            onClick={() => onChoose(day)}
            className={clsx(
              'grid h-8 place-items-center rounded-md text-[0.8125rem] tabular-nums touch',
              day === chosen ? 'bg-accent text-on-accent' : 'hover:bg-hover',
              day !== chosen && day === today && 'font-semibold text-accent',
              day !== chosen && day !== today && day.slice(0, 7) !== focused.slice(0, 7) && 'text-muted',
            )}
          >
            {Number(day.slice(8))}
          </button>
        ))}
      </div>
    </div>
  );
}

/** The first day of the month before or after. */
function turn(year: number, month: number, by: 1 | -1): Day {
  return new Date(Date.UTC(year, month - 1 + by, 1)).toISOString().slice(0, 10);
}

function Turn({ label, icon, onClick }: { label: string; icon: IconNode; onClick: () => void }) {
  return (
    <Button variant="ghost" size="icon" className="size-7" aria-label={label} onClick={onClick}>
      <Icon of={icon} className="size-4" />
    </Button>
  );
}
