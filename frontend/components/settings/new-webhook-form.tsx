'use client';

import { useState, type FormEvent } from 'react';
import { Button } from '@/components/ui/button';
import { Checkbox } from '@/components/ui/checkbox';
import { Field, Input } from '@/components/ui/input';
import { api, read } from '@/lib/api';
import { Invalid, messageOf } from '@/lib/api/errors';
import { settingsMessages } from '@/lib/messages/settings';

const text = settingsMessages.webhooks;

type Family = keyof typeof text.families;
const FAMILIES = Object.keys(text.families) as Family[];

type Props = { onClose: () => void; onCreated: (secret: string | null) => void };

export function NewWebhookForm({ onClose, onCreated }: Props) {
  const [url, setUrl] = useState('https://');
  const [types, setTypes] = useState<readonly Family[]>(['task.*']);
  const [errors, setErrors] = useState<{ url?: string; form?: string }>({});
  const [isWorking, setIsWorking] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setIsWorking(true);
    try {
      const body = { url: url.trim(), event_types: [...types] };
      onCreated((await read(api.POST('/webhooks', { body }))).secret ?? null);
    } catch (problem) {
      const isUrl = problem instanceof Invalid && problem.field === 'url';
      setErrors({ [isUrl ? 'url' : 'form']: messageOf(problem) });
      setIsWorking(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="grid gap-4 rounded-card border bg-raised p-4">
      <Field id="webhook-url" label={text.url} error={errors.url}>
        {(described) => (
          <Input {...described} type="url" autoFocus value={url} maxLength={2000} onChange={(event) => setUrl(event.target.value)} />
        )}
      </Field>
      <fieldset className="grid gap-2">
        <legend className="mb-1.5 font-medium">{text.types}</legend>
        {FAMILIES.map((family) => (
          <label key={family} className="flex items-center gap-2.5">
            <Checkbox
              checked={types.includes(family)}
              onCheckedChange={(isOn) =>
                setTypes(FAMILIES.filter((each) => (each === family ? isOn === true : types.includes(each))))
              }
            />
            {text.families[family]}
            <code className="text-xs text-muted">{family}</code>
          </label>
        ))}
        {types.length === 0 ? <p className="text-[0.8125rem] text-danger">{text.noType}</p> : null}
      </fieldset>
      {errors.form ? (
        <p role="alert" className="text-danger">
          {errors.form}
        </p>
      ) : null}
      <div className="flex gap-2">
        <Button type="submit" variant="primary" disabled={types.length === 0 || isWorking}>
          {text.create}
        </Button>
        <Button onClick={onClose}>{settingsMessages.cancel}</Button>
      </div>
    </form>
  );
}
