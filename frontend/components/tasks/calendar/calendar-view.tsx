'use client';

import { ChevronLeft, ChevronRight } from 'lucide';
import { useSearchParams } from 'next/navigation';
import { lazy, Suspense, useEffect } from 'react';
import { Calendar } from '@/components/tasks/calendar/calendar';
import { ViewHeading } from '@/components/tasks/view-heading';
import { Button } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import { Segments } from '@/components/ui/segments';
import { setParameters } from '@/lib/address';
import { messages } from '@/lib/messages';
import { viewsMessages } from '@/lib/messages/views';
import { CALENDAR_VIEWS, daysOf, shownDay, turn, type CalendarView as View } from '@/lib/tasks/calendar';
import { useClock, useTasks } from '@/lib/tasks/provider';
import { loadWriter } from '@/lib/tasks/write-task';
import type { Day } from '@/lib/time/day';
import { formatDay } from '@/lib/time/format';
import type { WeekStart } from '@/lib/time/habits';

const LoadFailure = lazy(() => import('@/components/ui/load-failure'));
const text = viewsMessages.calendar;

/** The calendar: which page of it is in the address. */
export function CalendarView() {
  const parameters = useSearchParams();
  const { today, weekStart } = useClock();
  const { byId, error, retry } = useTasks();
  const view = CALENDAR_VIEWS.find((each) => each === parameters.get('view')) ?? 'month';
  const day = shownDay(parameters.get('day'), today);
  const show = (on: Day) => setParameters({ day: on === today ? null : on });
  useEffect(() => void loadWriter(), []);
  return (
    <div className="flex h-full flex-col">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2 px-5 pt-3 pb-3 sm:px-7">
        <ViewHeading>
          <span className="sr-only">{messages.nav.calendar}: </span>
          <span aria-live="polite">{title(view, day, weekStart)}</span>
        </ViewHeading>
        <div className="flex items-center gap-1">
          <Turn label={text.previous[view]} icon={ChevronLeft} onClick={() => show(turn(view, day, -1))} />
          <Button size="small" onClick={() => show(today)}>
            {text.today}
          </Button>
          <Turn label={text.next[view]} icon={ChevronRight} onClick={() => show(turn(view, day, 1))} />
        </div>
        <div className="ml-auto">
          <Segments
            label={text.by}
            value={view}
            options={CALENDAR_VIEWS.map((value) => ({ value, label: text[value] }))}
            onChange={(value) => setParameters({ view: value === 'month' ? null : value })}
          />
        </div>
      </div>
      <Suspense fallback={null}>
        {error ? <LoadFailure error={error} retry={retry} isPart={byId.size > 0} /> : null}
      </Suspense>
      <Calendar view={view} day={day} onShowWeek={(on) => setParameters({ view: 'week', day: on })} />
    </div>
  );
}

function title(view: View, day: Day, weekStart: WeekStart): string {
  if (view === 'month') return formatDay(day, 'month');
  const days = daysOf(view, day, weekStart);
  return text.weekOf(formatDay(days[0] ?? day, 'dayMonth'), formatDay(days[6] ?? day, 'dayMonthYear'));
}

function Turn({ label, icon, onClick }: { label: string; icon: typeof ChevronLeft; onClick: () => void }) {
  return (
    <Button variant="ghost" size="icon" aria-label={label} onClick={onClick}>
      <Icon of={icon} className="size-4" />
    </Button>
  );
}
