'use client';

import { useState, type FormEvent } from 'react';
import { PushSettings } from '@/components/settings/push-settings';
import { Section } from '@/components/settings/section';
import { Button } from '@/components/ui/button';
import { Checkbox } from '@/components/ui/checkbox';
import { Field, Input } from '@/components/ui/input';
import { Skeleton } from '@/components/ui/skeleton';
import type { Profile } from '@/lib/api';
import { messageOf } from '@/lib/api/errors';
import { useData, useRemote } from '@/lib/data-provider';
import { settingsMessages } from '@/lib/messages/settings';
import { alertsOf, CHANNELS, settingsOf, type Alerts } from '@/lib/settings/alerts';
import { changeProfile } from '@/lib/settings/change-profile';

const text = settingsMessages.reminders;

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
  const [error, setError] = useState<string | null>(null);
  const [isWorking, setIsWorking] = useState(false);
  const set = (changes: Partial<Alerts>) => setAlerts((before) => ({ ...before, ...changes }));
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setIsWorking(true);
    setError(null);
    try {
      await changeProfile(data, { settings: settingsOf(alerts) as Record<string, never> });
    } catch (problem) {
      setError(messageOf(problem));
    }
    setIsWorking(false);
  };
  const { channels, allDayAt, quietHours } = alerts;
  return (
    <form onSubmit={(event) => void save(event)} className="grid gap-10">
      <Section title={text.title} hint={text.hint}>
        <fieldset className="grid gap-2.5">
          <legend className="sr-only">{text.title}</legend>
          {CHANNELS.map((channel) => (
            <label key={channel} className="flex items-center gap-2.5">
              <Checkbox
                checked={channels.includes(channel)}
                onCheckedChange={(isOn) =>
                  set({ channels: CHANNELS.filter((each) => (each === channel ? isOn === true : channels.includes(each))) })
                }
              />
              {text.channels[channel]}
            </label>
          ))}
          {channels.length === 0 ? (
            <p role="alert" className="text-[0.8125rem] text-danger">
              {text.noChannel}
            </p>
          ) : null}
        </fieldset>
      </Section>
      <Section title={text.allDay} hint={text.allDayHint}>
        <div className="max-w-32">
          <TimeField id="all-day" label={text.allDayAt} value={allDayAt} onChange={(time) => set({ allDayAt: time })} />
        </div>
      </Section>
      <Section title={text.quiet} hint={text.quietHint}>
        <label className="flex items-center gap-2.5">
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
              onChange={(from) => set({ quietHours: { ...quietHours, from } })}
            />
            <TimeField
              id="quiet-to"
              label={text.to}
              value={quietHours.to}
              onChange={(to) => set({ quietHours: { ...quietHours, to } })}
            />
          </div>
        ) : null}
        {error ? (
          <p role="alert" className="mt-3 text-danger">
            {error}
          </p>
        ) : null}
        <Button type="submit" variant="primary" disabled={isWorking || channels.length === 0} className="mt-5">
          {settingsMessages.save}
        </Button>
      </Section>
    </form>
  );
}

type TimeProps = { id: string; label: string; value: string; onChange: (time: string) => void };

function TimeField({ id, label, value, onChange }: TimeProps) {
  return (
    <Field id={id} label={label}>
      {(described) => (
        <Input {...described} type="time" required value={value} onChange={(event) => onChange(event.target.value)} />
      )}
    </Field>
  );
}
