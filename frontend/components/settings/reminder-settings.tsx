'use client';

import { useState, type FormEvent } from 'react';
import { PushSettings } from '@/components/settings/push-settings';
import { Section } from '@/components/settings/section';
import { Button } from '@/components/ui/button';
import { Checkbox } from '@/components/ui/checkbox';
import { FormProblem } from '@/components/ui/form-problem';
import { Field, FieldGroup, Input } from '@/components/ui/input';
import { Skeleton } from '@/components/ui/skeleton';
import type { Profile } from '@/lib/api';
import { useData, useRemote } from '@/lib/data-provider';
import { settingsMessages } from '@/lib/messages/settings';
import { alertsOf, CHANNELS, settingsOf, type Alerts } from '@/lib/settings/alerts';
import { changeProfile } from '@/lib/settings/change-profile';
import { useFormErrors } from '@/lib/use-form-errors';

const text = settingsMessages.reminders;
const PLACES = {
  'settings.notifications.channels': 'channels',
  'settings.notifications.all_day_at': 'allDayAt',
  'settings.notifications.quiet_hours.from': 'from',
  'settings.notifications.quiet_hours': 'to',
} as const;

/** When and how somebody is reminded. */
export function ReminderSettings() {
  const { value: profile } = useRemote(useData().profile);
  return (
    <>
      {profile ? <AlertsForm key={JSON.stringify(profile.settings)} profile={profile} /> : <Skeleton className="h-64" />}
      <Section title={text.browsers}>
        <PushSettings />
      </Section>
    </>
  );
}

/** Begins anew when the settings were changed elsewhere. */
function AlertsForm({ profile }: { profile: Profile }) {
  const data = useData();
  const [alerts, setAlerts] = useState(() => alertsOf(profile));
  const [form, errors] = useFormErrors(PLACES);
  const [isWorking, setIsWorking] = useState(false);
  const set = (changes: Partial<Alerts>) => setAlerts((before) => ({ ...before, ...changes }));
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setIsWorking(true);
    errors.clear();
    try {
      await changeProfile(data, { settings: settingsOf(alerts) as Record<string, never> });
    } catch (problem) {
      errors.show(problem);
    }
    setIsWorking(false);
  };
  const { channels, allDayAt, quietHours } = alerts;
  return (
    <form ref={form} onSubmit={(event) => void save(event)} className="grid gap-10">
      <Section title={text.title} hint={text.hint}>
        <FieldGroup id="channels" className="grid gap-2.5" error={channels.length === 0 ? text.noChannel : errors.at('channels')}>
          <legend className="sr-only">{text.title}</legend>
          {CHANNELS.map((channel) => (
            <label key={channel} className="flex items-center gap-2.5 pointer-coarse:min-h-10">
              <Checkbox
                checked={channels.includes(channel)}
                onCheckedChange={(isOn) =>
                  set({ channels: CHANNELS.filter((each) => (each === channel ? isOn === true : channels.includes(each))) })
                }
              />
              {text.channels[channel]}
            </label>
          ))}
        </FieldGroup>
      </Section>
      <Section title={text.allDay} hint={text.allDayHint}>
        <div className="max-w-32">
          <TimeField
            id="all-day"
            label={text.allDayAt}
            value={allDayAt}
            error={errors.at('allDayAt')}
            onChange={(time) => set({ allDayAt: time })}
          />
        </div>
      </Section>
      <Section title={text.quiet} hint={text.quietHint}>
        <label className="flex items-center gap-2.5 pointer-coarse:min-h-10">
          <Checkbox
            checked={quietHours !== null}
            onCheckedChange={(isOn) => set({ quietHours: isOn === true ? { from: '22:00', to: '07:00' } : null })}
          />
          {text.hasQuiet}
        </label>
        {quietHours ? (
          <div className="mt-3 grid max-w-64 grid-cols-2 gap-3">
            <TimeField
              id="quiet-from"
              label={text.from}
              value={quietHours.from}
              error={errors.at('from')}
              onChange={(from) => set({ quietHours: { ...quietHours, from } })}
            />
            <TimeField
              id="quiet-to"
              label={text.to}
              value={quietHours.to}
              error={errors.at('to')}
              onChange={(to) => set({ quietHours: { ...quietHours, to } })}
            />
          </div>
        ) : null}
        <FormProblem message={errors.at('form')} className="mt-3" />
        <Button type="submit" variant="primary" disabled={isWorking || channels.length === 0} className="mt-5">
          {settingsMessages.save}
        </Button>
      </Section>
    </form>
  );
}

type TimeProps = { id: string; label: string; value: string; error: string | undefined; onChange: (time: string) => void };

function TimeField({ id, label, value, error, onChange }: TimeProps) {
  return (
    <Field id={id} label={label} error={error}>
      {(described) => (
        <Input {...described} type="time" required value={value} onChange={(event) => onChange(event.target.value)} />
      )}
    </Field>
  );
}
