'use client';

import { clsx } from 'clsx/lite';
import { Check } from 'lucide';
import { useState } from 'react';
import { NextDates, RULE_NOTE } from '@/components/tasks/recurrence/next-dates';
import { RuleForm } from '@/components/tasks/recurrence/rule-form';
import { useRecurrencePreview } from '@/components/tasks/recurrence/use-recurrence-preview';
import { Button } from '@/components/ui/button';
import { described } from '@/components/ui/form-problem';
import { Icon } from '@/components/ui/icon';
import type { Due, NewRecurrence, Task } from '@/lib/api';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { dayOfDue } from '@/lib/tasks/due-day';
import { useClock } from '@/lib/tasks/provider';
import { DAILY, isLastOfMonth, parseRule, placeInMonth, ruleText, type Rule } from '@/lib/tasks/rule';
import type { SeriesShown, SeriesWrite } from '@/lib/tasks/write';
import type { Day } from '@/lib/time/day';
import { formatDay } from '@/lib/time/format';

type Mode = NonNullable<NewRecurrence['mode']>;

type Props = {
  task: Task;
  /** What is to become of the series, and what the task will look like then. */
  onChoose: (to: SeriesWrite['to'], shown: SeriesShown) => void;
  /** Only this one gets another date. */
  onMove: () => void;
};

const text = dialogsMessages.recurrence;

/** How a task comes again: chosen from what is usual, or put together; with what that means. */
export function RecurrencePicker({ task, onChoose, onMove }: Props) {
  const { today } = useClock();
  // What has no date begins today.
  const due: Due = task.due ?? { kind: 'date', date: today };
  const current = task.recurrence ?? null;
  const day = dayOfDue(due);
  const [rule, setRule] = useState<string | null>(current?.rule ?? null);
  const [mode, setMode] = useState<Mode>(current?.mode ?? 'from_due');
  const [isCustom, setIsCustom] = useState(false);
  const chosen: NewRecurrence | null = rule === null ? null : { rule, mode };
  const { preview, wrong } = useRecurrencePreview(due, chosen);
  const isSame = rule === (current?.rule ?? null) && mode === (current?.mode ?? 'from_due');
  const save = () => {
    const begun: SeriesShown = task.due ? {} : { due, due_at: null };
    if (chosen) onChoose(chosen, { ...begun, recurrence: shownAs(task, day, preview?.rule ?? chosen.rule, mode) });
    else onChoose('never', { recurrence: null });
  };
  const skip = () => onChoose('skipped', dueAfter(due, preview?.next.map((each) => each.due) ?? []));
  // What would be refused must not leave a date behind.
  const isKnown = wrong === null && (Boolean(task.due) || preview !== null);
  return (
    <div>
      {task.due ? null : <p className="px-3.5 pt-3 text-[0.8125rem] text-muted">{text.startsToday}</p>}
      {isCustom ? (
        <RuleForm
          rule={(rule && parseRule(rule, day)) || DAILY}
          day={day}
          mode={mode}
          wrong={wrong}
          onChange={(next) => setRule(ruleText(next))}
          onMode={setMode}
        />
      ) : (
        <div role="radiogroup" aria-label={text.title} {...described(RULE_NOTE, wrong?.message)} className="grid p-1.5">
          <Choice label={text.never} isChosen={rule === null} onChoose={() => setRule(null)} />
          {presets(day).map(({ label, rule: preset }) => (
            <Choice
              key={label}
              label={label}
              isChosen={rule === ruleText(preset) && mode === 'from_due'}
              onChoose={() => {
                setRule(ruleText(preset));
                setMode('from_due');
              }}
            />
          ))}
          <button type="button" onClick={() => setIsCustom(true)} className={choiceClass}>
            {text.presets.custom}
          </button>
        </div>
      )}
      {chosen ? <NextDates preview={preview} error={wrong?.message} /> : null}
      <div className="flex flex-wrap gap-2 border-t p-3">
        <Button variant="primary" size="small" disabled={isSame || !isKnown} onClick={save}>
          {current && rule !== null ? text.saveFromHere : text.save}
        </Button>
        {current && isSame && !task.completed ? (
          <>
            <Button size="small" onClick={skip}>
              {text.skip}
            </Button>
            <Button size="small" onClick={onMove}>
              {text.move}
            </Button>
          </>
        ) : null}
      </div>
    </div>
  );
}

const choiceClass = 'flex min-h-8 w-full items-center gap-2 rounded-md px-2 py-1 text-left text-[0.8125rem] hover:bg-hover pointer-coarse:min-h-10';

function Choice({ label, isChosen, onChoose }: { label: string; isChosen: boolean; onChoose: () => void }) {
  return (
    <label className={clsx(choiceClass, 'relative', isChosen && 'font-medium')}>
      <input
        type="radio"
        name="recurrence"
        checked={isChosen}
        onChange={onChoose}
        className="absolute inset-0 size-full cursor-pointer appearance-none rounded-md"
      />
      <span className="flex-1">{label}</span>
      {isChosen ? <Icon of={Check} className="size-4 text-muted" /> : null}
    </label>
  );
}

/** What is usual for a task that is due on this day. */
function presets(day: Day): { label: string; rule: Rule }[] {
  const { weekday } = placeInMonth(day);
  const named = text.presets;
  return [
    { label: named.daily, rule: DAILY },
    { label: named.weekdays, rule: { ...DAILY, unit: 'WEEKLY', weekdays: ['MO', 'TU', 'WE', 'TH', 'FR'] } },
    { label: named.weekly(formatDay(day, 'weekdayLong')), rule: { ...DAILY, unit: 'WEEKLY', weekdays: [weekday] } },
    isLastOfMonth(day)
      ? { label: named.lastDay, rule: { ...DAILY, unit: 'MONTHLY', monthDay: { kind: 'last' } } }
      : { label: named.monthly(Number(day.slice(8))), rule: { ...DAILY, unit: 'MONTHLY' } },
    { label: named.yearly(formatDay(day, 'dayMonth')), rule: { ...DAILY, unit: 'YEARLY' } },
  ];
}

/** Until the server has said it better. */
function shownAs(task: Task, day: Day, rule: string, mode: Mode): Task['recurrence'] {
  const { series_id = '', number = 1, open = 'keep_one', catch_up = 'latest' } = task.recurrence ?? {};
  return { series_id, rule, mode, open, catch_up, start: day, occurrence: day, number };
}

/** What a task looks like that has become the next occurrence. */
function dueAfter(due: Due, next: readonly Due[]): SeriesShown {
  const following = next.find((each) => dayOfDue(each) > dayOfDue(due));
  return following ? { due: following, due_at: null } : {};
}
