'use client';

import { clsx } from 'clsx/lite';
import type { ComponentProps, ReactNode } from 'react';
import { RULE_NOTE } from '@/components/tasks/recurrence/next-dates';
import type { RulePlace } from '@/components/tasks/recurrence/use-recurrence-preview';
import { described } from '@/components/ui/form-problem';
import type { NewRecurrence } from '@/lib/api';
import type { Wrong } from '@/lib/api/wrong';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { useClock } from '@/lib/tasks/provider';
import { placeInMonth, UNITS, type End, type Rule, type Unit, type Weekday } from '@/lib/tasks/rule';
import { addDays, type Day } from '@/lib/time/day';
import { formatDay } from '@/lib/time/format';
import { weekOf } from '@/lib/time/week';

type Mode = NonNullable<NewRecurrence['mode']>;

type Props = {
  rule: Rule;
  /** When the task is due: the day of the week, of the month, or of the year. */
  day: Day;
  mode: Mode;
  wrong: Wrong<RulePlace> | null;
  onChange: (rule: Rule) => void;
  onMode: (mode: Mode) => void;
};

const text = dialogsMessages.recurrence;
const MODES: readonly Mode[] = ['from_due', 'after_completion'];
const ENDINGS: readonly End['kind'][] = ['never', 'count', 'until'];
/** Any day, to have the names of weekdays from its week. */
const SOME_DAY = '2026-11-23';
const YEAR = 365;

/** A rule put together by hand. */
export function RuleForm({ rule, day, mode, wrong, onChange, onMode }: Props) {
  const change = (part: Partial<Rule>) => onChange({ ...rule, ...part });
  const marks = (place: RulePlace) => described(RULE_NOTE, wrong?.at === place ? wrong.message : undefined);
  return (
    <div role="group" aria-label={text.title} {...marks('rule')} className="grid gap-3 p-3 text-[0.8125rem]">
      <Line label={text.every}>
        <Count marks={marks('every')} label={text.every} value={rule.every} most={999} onChange={(every) => change({ every })} />
        <Choice
          label={text.unit}
          value={rule.unit}
          options={UNITS.map((unit) => [unit, text.units[unit]])}
          onChange={(unit: Unit) => change({ unit, weekdays: unit === 'WEEKLY' ? [placeInMonth(day).weekday] : [] })}
        />
      </Line>
      {rule.unit === 'WEEKLY' ? <Weekdays rule={rule} day={day} onChange={change} /> : null}
      {rule.unit === 'MONTHLY' ? <MonthDays rule={rule} day={day} onChange={change} /> : null}
      <Line label={text.ends}>
        <Choice
          label={text.ends}
          value={rule.end.kind}
          options={ENDINGS.map((kind) => [kind, text.endings[kind]])}
          onChange={(kind: End['kind']) => change({ end: ending(kind, day) })}
        />
        {rule.end.kind === 'count' ? (
          <Count
            marks={marks('times')}
            label={text.times}
            value={rule.end.times}
            most={1000}
            onChange={(times) => change({ end: { kind: 'count', times } })}
          />
        ) : null}
        {rule.end.kind === 'until' ? (
          <input
            type="date"
            aria-label={text.until}
            {...marks('until')}
            value={rule.end.day}
            min={day}
            required
            onChange={({ target }) => target.value && change({ end: { kind: 'until', day: target.value } })}
            className={fieldClass}
          />
        ) : null}
      </Line>
      <Line label={text.from}>
        <Choice label={text.from} value={mode} options={MODES.map((each) => [each, text.modes[each]])} onChange={onMode} />
      </Line>
    </div>
  );
}

function ending(kind: End['kind'], day: Day): End {
  switch (kind) {
    case 'never':
      return { kind };
    case 'count':
      return { kind, times: 10 };
    case 'until':
      return { kind, day: addDays(day, YEAR) };
  }
}

type PartProps = { rule: Rule; onChange: (part: Partial<Rule>) => void };

function Weekdays({ rule, day, onChange }: PartProps & { day: Day }) {
  const { weekStart } = useClock();
  // A rule that names none means the due date's.
  const chosen = rule.weekdays.length > 0 ? rule.weekdays : [placeInMonth(day).weekday];
  const toggle = (weekday: Weekday) => {
    const weekdays = chosen.includes(weekday) ? chosen.filter((each) => each !== weekday) : [...chosen, weekday];
    if (weekdays.length > 0) onChange({ weekdays });
  };
  return (
    <div role="group" aria-label={text.on} className="grid grid-cols-7 gap-1">
      {weekOf(SOME_DAY, weekStart).map((named) => {
        const { weekday } = placeInMonth(named);
        const isOn = chosen.includes(weekday);
        return (
          <button
            key={weekday}
            type="button"
            aria-pressed={isOn}
            aria-label={formatDay(named, 'weekdayLong')}
            onClick={() => toggle(weekday)}
            className={clsx('h-8 rounded-md touch', isOn ? 'bg-accent text-on-accent' : 'bg-hover hover:bg-selected')}
          >
            {formatDay(named, 'weekday').slice(0, 2)}
          </button>
        );
      })}
    </div>
  );
}

function MonthDays({ rule, day, onChange }: PartProps & { day: Day }) {
  const { nth, weekday } = placeInMonth(day);
  const words = `${text.ordinals[nth === -1 ? 4 : nth - 1]} ${formatDay(day, 'weekdayLong')}`;
  const { day: onDay, last, weekday: onWeekday } = text.monthlyBy;
  return (
    <Line label={text.on}>
      <Choice
        label={text.on}
        value={rule.monthDay.kind}
        options={[
          ['day', onDay(Number(day.slice(8)))],
          ['last', last],
          ['weekday', onWeekday(words)],
        ]}
        onChange={(kind) => onChange({ monthDay: kind === 'weekday' ? { kind, nth, weekday } : { kind } })}
      />
    </Line>
  );
}

function Line({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="flex items-center gap-2">
      <span aria-hidden className="w-20 shrink-0 text-muted">
        {label}
      </span>
      {children}
    </div>
  );
}

const fieldClass = 'h-8 min-w-0 flex-1 rounded-md border border-line-strong/60 bg-raised px-2 text-foreground aria-invalid:border-danger touch';

type CountProps = {
  label: string;
  value: number;
  most: number;
  marks: ReturnType<typeof described>;
  onChange: (value: number) => void;
};

function Count({ label, value, most, marks, onChange }: CountProps) {
  const props: ComponentProps<'input'> = { type: 'number', min: 1, max: most, inputMode: 'numeric' };
  return (
    <input
      {...props}
      {...marks}
      aria-label={label}
      value={value}
      onChange={({ target }) => onChange(Math.min(most, Math.max(1, Math.trunc(target.valueAsNumber) || 1)))}
      className={clsx(fieldClass, 'max-w-18')}
    />
  );
}

type ChoiceProps<T extends string> = {
  label: string;
  value: T;
  options: readonly (readonly [value: T, label: string])[];
  onChange: (value: T) => void;
};

function Choice<T extends string>({ label, value, options, onChange }: ChoiceProps<T>) {
  return (
    <select
      aria-label={label}
      value={value}
      onChange={({ target }) => {
        const found = options.find(([each]) => each === target.value);
        if (found) onChange(found[0]);
      }}
      className={fieldClass}
    >
      {options.map(([each, name]) => (
        <option key={each} value={each}>
          {name}
        </option>
      ))}
    </select>
  );
}
