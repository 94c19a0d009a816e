'use client';

import { CalendarClock, CalendarX, Sofa, Sun, Sunrise } from 'lucide';
import { useState } from 'react';
import { DateField } from '@/components/tasks/pickers/date-field';
import { MonthGrid } from '@/components/tasks/pickers/month-grid';
import { Button } from '@/components/ui/button';
import { Icon, type IconNode } from '@/components/ui/icon';
import { Input } from '@/components/ui/input';
import type { Due } from '@/lib/api';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { dayOfDue } from '@/lib/tasks/due-day';
import { useClock } from '@/lib/tasks/provider';
import { addDays, timeOf, type Day } from '@/lib/time/day';
import { formatDay } from '@/lib/time/format';
import { nextWeekday } from '@/lib/time/week';

/** `undefined`: several tasks, which are due at different times. */
type Props = { due: Due | null | undefined; onChoose: (due: Due | null) => void };

const text = dialogsMessages.due;
const MONDAY = 1;
const SATURDAY = 6;

/** A day, perhaps a time, and for a time whether it stays with a place: in words or by hand. A new day keeps the time. */
export function DuePicker({ due, onChoose }: Props) {
  const { today, zone } = useClock();
  const [time, setTime] = useState(due && due.kind !== 'date' ? timeOf(due.local) : '');
  const [place, setPlace] = useState(due?.kind === 'zoned' ? due.zone : null);
  const day = due ? dayOfDue(due) : null;
  const [isByFinger] = useState(() => matchMedia('(pointer: coarse)').matches);
  const at = (chosen: Day) => dueOf(chosen, time, place);
  const on = (chosen: Day) => onChoose(at(chosen));
  return (
    <div>
      <DateField
        meaning={(understood) => (understood.kind === 'date' ? at(understood.date) : understood)}
        onChoose={onChoose}
        onEmpty={() => on(today)}
      />
      <div className="grid grid-cols-2 gap-0.5 p-1.5">
        {/* A keyboard on the screen would hide the days. */}
        <Choice icon={Sun} label={text.today} day={today} isFirst={isByFinger} onChoose={on} />
        <Choice icon={Sunrise} label={text.tomorrow} day={addDays(today, 1)} onChoose={on} />
        <Choice icon={Sofa} label={text.weekend} day={nextWeekday(today, SATURDAY)} onChoose={on} />
        <Choice icon={CalendarClock} label={text.nextWeek} day={nextWeekday(today, MONDAY)} onChoose={on} />
        {due === null ? null : (
          <button type="button" onClick={() => onChoose(null)} className={choiceClass}>
            <Icon of={CalendarX} className="size-4 text-muted" />
            {text.clear}
          </button>
        )}
      </div>
      <div className="border-t p-3">
        <MonthGrid chosen={day} today={today} onChoose={on} />
      </div>
      <form
        className="grid gap-2 border-t p-3"
        onSubmit={(event) => {
          event.preventDefault();
          on(day ?? today);
        }}
      >
        <div className="flex items-center gap-2">
          <Input
            type="time"
            aria-label={text.time}
            value={time}
            onChange={(event) => setTime(event.target.value)}
            className="h-8! flex-1"
          />
          <Button type="submit" variant="primary" size="small">
            {text.save}
          </Button>
        </div>
        {time ? (
          <label className="flex items-center gap-2 text-[0.8125rem] text-muted">
            {text.where}
            <select
              value={place ?? ''}
              onChange={(event) => setPlace(event.target.value || null)}
              className="h-7 min-w-0 flex-1 truncate rounded-md bg-hover px-1.5 text-foreground touch"
            >
              <option value="">{text.floating}</option>
              {[...new Set([place ?? zone, zone])].map((name) => (
                <option key={name} value={name}>
                  {text.zoned(name)}
                </option>
              ))}
            </select>
          </label>
        ) : null}
      </form>
    </div>
  );
}

function dueOf(day: Day, time: string, place: string | null): Due {
  if (time === '') return { kind: 'date', date: day };
  const local = `${day}T${time}:00`;
  return place === null ? { kind: 'floating', local } : { kind: 'zoned', local, zone: place };
}

const choiceClass = 'flex h-8 w-full items-center gap-2 rounded-md px-1.5 text-left text-[0.8125rem] hover:bg-hover touch';

type ChoiceProps = { icon: IconNode; label: string; day: Day; isFirst?: boolean; onChoose: (day: Day) => void };

function Choice({ icon, label, day, isFirst, onChoose }: ChoiceProps) {
  return (
    <button type="button" autoFocus={isFirst} onClick={() => onChoose(day)} className={choiceClass}>
      <Icon of={icon} className="size-4 text-muted" />
      <span className="flex-1 truncate">{label}</span>
      <span className="text-[0.6875rem] text-muted">{formatDay(day, 'weekday')}</span>
    </button>
  );
}
