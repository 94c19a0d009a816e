'use client';

import { useState, type FormEvent } from 'react';
import { Button } from '@/components/ui/button';
import { Checkbox } from '@/components/ui/checkbox';
import { FormProblem } from '@/components/ui/form-problem';
import { Field, FieldGroup, Input } from '@/components/ui/input';
import { api, read } from '@/lib/api';
import { settingsMessages } from '@/lib/messages/settings';
import { useFormErrors } from '@/lib/use-form-errors';

const text = settingsMessages.webhooks;

type Family = keyof typeof text.families;
const FAMILIES = Object.keys(text.families) as Family[];
const PLACES = { url: 'url', event_types: 'types' } as const;

type Props = { onClose: () => void; onCreated: (secret: string | null) => void };

export function NewWebhookForm({ onClose, onCreated }: Props) {
  const [url, setUrl] = useState('https://');
  const [types, setTypes] = useState<readonly Family[]>(['task.*']);
  const [form, errors] = useFormErrors(PLACES);
  const [isWorking, setIsWorking] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setIsWorking(true);
    try {
      const body = { url: url.trim(), event_types: [...types] };
      onCreated((await read(api.POST('/webhooks', { body }))).secret ?? null);
    } catch (problem) {
      errors.show(problem);
      setIsWorking(false);
    }
  };
  return (
    <form ref={form} onSubmit={(event) => void submit(event)} noValidate className="grid gap-4 rounded-card border bg-raised p-4">
      <Field id="webhook-url" label={text.url} error={errors.at('url')}>
        {(described) => (
          <Input {...described} type="url" autoFocus value={url} maxLength={2000} onChange={(event) => setUrl(event.target.value)} />
        )}
      </Field>
      <FieldGroup id="webhook-types" className="grid gap-2" error={types.length === 0 ? text.noType : errors.at('types')}>
        <legend className="mb-1.5 font-medium">{text.types}</legend>
        {FAMILIES.map((family) => (
          <label key={family} className="flex items-center gap-2.5 pointer-coarse:min-h-10">
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
      </FieldGroup>
      <FormProblem message={errors.at('form')} />
      <div className="flex gap-2">
        <Button type="submit" variant="primary" disabled={types.length === 0 || isWorking}>
          {text.create}
        </Button>
        <Button onClick={onClose}>{settingsMessages.cancel}</Button>
      </div>
    </form>
  );
}
