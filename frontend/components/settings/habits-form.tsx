'use client';

import { useState } from 'react';
import { FormProblem } from '@/components/ui/form-problem';
import { Field } from '@/components/ui/input';
import { Select } from '@/components/ui/select';
import { Skeleton } from '@/components/ui/skeleton';
import { useData, useRemote } from '@/lib/data-provider';
import { settingsMessages } from '@/lib/messages/settings';
import { changeProfile } from '@/lib/settings/change-profile';
import { useStore } from '@/lib/store';
import { deviceHabits, saidHabits, WEEK_STARTS, type SaidHabits } from '@/lib/time/habits';
import { useFormErrors } from '@/lib/use-form-errors';

const text = settingsMessages.account;
/** Nothing is said: it is as on the device. */
const DEVICE = 'device';
const WEEK_CHOICES = [DEVICE, ...WEEK_STARTS] as const;
const CLOCKS = ['24', '12'] as const;
const CLOCK_CHOICES = [DEVICE, ...CLOCKS] as const;

/** With which day weeks begin, and how times are written. A choice is saved at once. */
export function HabitsForm() {
  const data = useData();
  const { value: profile } = useRemote(data.profile);
  const device = useStore(deviceHabits);
  /** What was chosen and has not been answered. */
  const [asked, setAsked] = useState<Partial<SaidHabits>>({});
  const [form, errors] = useFormErrors({});
  if (!profile) return <Skeleton className="h-20 max-w-sm" />;
  const { weekStart, hour12 } = { ...saidHabits(profile), ...asked };
  const choose = async (choice: Partial<SaidHabits>, settings: Record<string, unknown>) => {
    errors.clear();
    setAsked((before) => ({ ...before, ...choice }));
    try {
      await changeProfile(data, { settings: settings as Record<string, never> });
    } catch (problem) {
      errors.show(problem);
    }
    setAsked((before) => without(before, choice));
  };
  return (
    <form ref={form} className="grid max-w-sm gap-4">
      <Field id="week-start" label={text.weekStart}>
        {(described) => (
          <Select
            {...described}
            label={text.weekStart}
            value={weekStart ?? DEVICE}
            options={WEEK_CHOICES.map((value) => ({
              value,
              label: value === DEVICE ? text.asDevice(text.weekStarts[device.weekStart]) : text.weekStarts[value],
            }))}
            onChange={(value) => {
              const next = value === DEVICE ? null : value;
              void choose({ weekStart: next }, { week_start: next });
            }}
          />
        )}
      </Field>
      <Field id="clock" label={text.clock}>
        {(described) => (
          <Select
            {...described}
            label={text.clock}
            value={hour12 === null ? DEVICE : clockOf(hour12)}
            options={CLOCK_CHOICES.map((value) => ({
              value,
              label: value === DEVICE ? text.asDevice(text.clocks[clockOf(device.hour12)]) : text.clocks[value],
            }))}
            onChange={(value) => {
              const next = value === DEVICE ? null : value === '12';
              void choose({ hour12: next }, { hour12: next });
            }}
          />
        )}
      </Field>
      <FormProblem message={errors.at('form')} />
    </form>
  );
}

/** What is asked for still, once this has its answer. */
function without(asked: Partial<SaidHabits>, { weekStart, hour12 }: Partial<SaidHabits>): Partial<SaidHabits> {
  const left = { ...asked };
  if (weekStart !== undefined && left.weekStart === weekStart) delete left.weekStart;
  if (hour12 !== undefined && left.hour12 === hour12) delete left.hour12;
  return left;
}

function clockOf(hour12: boolean): (typeof CLOCKS)[number] {
  return hour12 ? '12' : '24';
}
