'use client';

import { Plus } from 'lucide';
import { lazy, Suspense, useState } from 'react';
import { ReminderItem } from '@/components/tasks/reminders/reminder-item';
import { useAllDayAt } from '@/components/tasks/reminders/use-all-day-at';
import { Button } from '@/components/ui/button';
import { described, FormProblem } from '@/components/ui/form-problem';
import { Icon } from '@/components/ui/icon';
import { Input } from '@/components/ui/input';
import type { Reminder, Task } from '@/lib/api';
import { randomId } from '@/lib/id';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { useClock } from '@/lib/tasks/provider';
import { reminderInWords } from '@/lib/tasks/reminders';
import { isSame } from '@/lib/tasks/write';
import type { WriteOptions } from '@/lib/tasks/write-task';
import { addDays } from '@/lib/time/day';
import { instantOf } from '@/lib/time/instant';
import { useFormErrors } from '@/lib/use-form-errors';

const PushHint = lazy(() => import('@/components/tasks/reminders/push-hint'));

type Props = { task: Task; onChange: (seen: Task, reminders: Reminder[], atField?: WriteOptions['atField']) => void };

const text = dialogsMessages.reminders;
const DAY = 24 * 60;
/** In minutes before the due, which is at a time or on a day. */
const USUAL = [0, 10, 30, 60, DAY];
const USUAL_OF_DAY = [0, DAY, 7 * DAY];
const MOST = 10;
const PLACES = { reminders: 'moment' } as const;

/** When to be reminded of a task; and of each reminder, what became of it. */
export function ReminderPicker({ task, onChange }: Props) {
  const clock = useClock();
  const { zone, today } = clock;
  const [moment, setMoment] = useState(`${addDays(today, 1)}T09:00`);
  const [form, errors] = useFormErrors(PLACES);
  const error = errors.at('moment');
  const allDayAt = useAllDayAt(task.due);
  const { reminders } = task;
  const add = (when: Reminder['when'], atField?: WriteOptions['atField']) =>
    onChange(task, [...reminders, { id: randomId(), when, channels: [] }], atField);
  const has = (when: Reminder['when']) => reminders.some((reminder) => isSame(reminder.when, when));
  const usual = task.due?.kind === 'date' ? USUAL_OF_DAY : USUAL;
  const offered = usual.map((minutes) => ({ kind: 'before', minutes }) as const).filter((when) => !has(when));
  return (
    <div className="text-[0.8125rem]">
      {reminders.length > 0 ? (
        <ul className="grid gap-1 p-1.5">
          {reminders.map((reminder) => (
            <ReminderItem
              key={reminder.id}
              taskId={task.id}
              reminder={reminder}
              words={reminderInWords(reminder, clock, allDayAt)}
              onRemove={() => onChange(task, reminders.filter((other) => other !== reminder))}
            />
          ))}
        </ul>
      ) : null}
      {reminders.length >= MOST ? (
        <p className="border-t p-3 text-muted">{text.full}</p>
      ) : (
        <>
          <div className="grid gap-0.5 border-t p-1.5 first:border-0">
            <h4 className="px-2 py-1 text-xs text-muted">{text.add}</h4>
            {task.due ? (
              offered.map((when) => (
                <button
                  key={when.minutes}
                  type="button"
                  onClick={() => add(when)}
                  className="flex min-h-8 items-center gap-2 rounded-md px-2 text-left hover:bg-hover pointer-coarse:min-h-10"
                >
                  <Icon of={Plus} className="size-3.5 text-muted" />
                  {reminderInWords({ when }, clock, allDayAt)}
                </button>
              ))
            ) : (
              <p className="px-2 pb-1 text-muted">{text.needsDue}</p>
            )}
          </div>
          <form
            ref={form}
            className="grid gap-1.5 border-t p-3"
            onSubmit={(event) => {
              event.preventDefault();
              errors.clear();
              add({ kind: 'at', at: instantOf(`${moment}:00`, zone) }, errors.show);
            }}
          >
            <div className="flex items-center gap-2">
              <Input
                type="datetime-local"
                aria-label={text.moment}
                {...described('moment-note', error)}
                value={moment}
                min={`${today}T00:00`}
                required
                onChange={({ target }) => setMoment(target.value)}
                className="h-8! min-w-0 flex-1"
              />
              <Button type="submit" size="small">
                {text.set}
              </Button>
            </div>
            <FormProblem id="moment-note" message={error ?? errors.at('form')} />
          </form>
        </>
      )}
      <Suspense fallback={null}>
        <PushHint />
      </Suspense>
    </div>
  );
}
