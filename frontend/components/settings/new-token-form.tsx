'use client';

import { useState, type FormEvent } from 'react';
import { LimitsFields } from '@/components/settings/limits-fields';
import { Button } from '@/components/ui/button';
import { FormProblem } from '@/components/ui/form-problem';
import { Field, Input } from '@/components/ui/input';
import { Select } from '@/components/ui/select';
import { api, read } from '@/lib/api';
import { settingsMessages } from '@/lib/messages/settings';
import { expiry, LIFETIMES, type Lifetime } from '@/lib/settings/expiry';
import { grantOf, UNLIMITED } from '@/lib/settings/grant';
import { useFormErrors } from '@/lib/use-form-errors';

const text = settingsMessages.tokens;
const SCOPES = ['read', 'write'] as const;
const PLACES = {
  name: 'name',
  expires_at: 'days',
  'grant.tools': 'tools',
  'grant.project_ids': 'projects',
  'grant.writes_per_hour': 'perHour',
} as const;

type Props = { onClose: () => void; onCreated: (token: string) => void };

export function NewTokenForm({ onClose, onCreated }: Props) {
  const [name, setName] = useState('');
  const [scope, setScope] = useState<(typeof SCOPES)[number]>('read');
  const [days, setDays] = useState<Lifetime>('90');
  const [limits, setLimits] = useState(UNLIMITED);
  const [isLimiting, setIsLimiting] = useState(false);
  const [form, errors] = useFormErrors(PLACES);
  const [isWorking, setIsWorking] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setIsWorking(true);
    try {
      const body = { name: name.trim(), scope, expires_at: expiry(days, Date.now()), grant: grantOf(limits, scope === 'write') };
      onCreated((await read(api.POST('/tokens', { body }))).token);
    } catch (problem) {
      errors.show(problem);
      setIsWorking(false);
    }
  };
  return (
    <form ref={form} onSubmit={(event) => void submit(event)} noValidate className="grid gap-4 rounded-card border bg-raised p-4">
      <Field id="token-name" label={text.name} error={errors.at('name')}>
        {(described) => (
          <Input {...described} autoFocus autoComplete="off" value={name} maxLength={100} onChange={(event) => setName(event.target.value)} />
        )}
      </Field>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field id="token-scope" label={text.scope}>
          {({ id }) => (
            <Select
              id={id}
              label={text.scope}
              value={scope}
              options={SCOPES.map((value) => ({ value, label: text.scopes[value] }))}
              onChange={setScope}
            />
          )}
        </Field>
        <Field id="token-days" label={text.expires} error={errors.at('days')}>
          {(described) => (
            <Select
              {...described}
              label={text.expires}
              value={days}
              options={LIFETIMES.map((value) => ({ value, label: text.days[value] }))}
              onChange={setDays}
            />
          )}
        </Field>
      </div>
      {isLimiting ? (
        <LimitsFields
          limits={limits}
          mayWrite={scope === 'write'}
          errorAt={errors.at}
          onChange={(changes) => setLimits((before) => ({ ...before, ...changes }))}
        />
      ) : (
        <Button variant="ghost" size="small" className="-ml-2.5 justify-self-start" onClick={() => setIsLimiting(true)}>
          {text.limits.add}
        </Button>
      )}
      <FormProblem message={errors.at('form')} />
      <div className="flex gap-2">
        <Button type="submit" variant="primary" disabled={name.trim() === '' || isWorking}>
          {text.create}
        </Button>
        <Button onClick={onClose}>{settingsMessages.cancel}</Button>
      </div>
    </form>
  );
}
