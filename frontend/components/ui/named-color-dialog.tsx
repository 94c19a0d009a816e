'use client';

import { useState, type FormEvent } from 'react';
import { Button } from '@/components/ui/button';
import { ColorField } from '@/components/ui/color-field';
import { Dialog } from '@/components/ui/dialog';
import { FormProblem } from '@/components/ui/form-problem';
import { Field, Input } from '@/components/ui/input';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { useFormErrors } from '@/lib/use-form-errors';

const text = dialogsMessages.project;
const PLACES = { name: 'name', color: 'color' } as const;

type Values = { name: string; color: string | null };

type Props = {
  title: string;
  action: string;
  initial: Values;
  maxLength: number;
  /** What is saved is seen at once: the dialog goes, and comes back only with what was wrong. */
  isOptimistic?: boolean;
  /** What it throws is told in the dialog. */
  onSave: (values: Values) => Promise<void>;
  onClose: () => void;
};

/** Something with a name and a colour. */
export function NamedColorDialog({ title, action, initial, maxLength, isOptimistic = false, onSave, onClose }: Props) {
  const [name, setName] = useState(initial.name);
  const [color, setColor] = useState(initial.color);
  const [isWorking, setIsWorking] = useState(false);
  const [form, errors] = useFormErrors(PLACES);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setIsWorking(true);
    try {
      await onSave({ name: name.trim(), color });
      onClose();
    } catch (problem) {
      errors.show(problem);
      setIsWorking(false);
    }
  };
  return (
    <Dialog isOpen={!(isWorking && isOptimistic)} onClose={onClose} title={title} className="max-w-sm">
      <form ref={form} onSubmit={(event) => void submit(event)} className="mt-4 grid gap-4">
        <Field id="name" label={text.name} error={errors.at('name')}>
          {(described) => (
            <Input
              {...described}
              autoFocus
              value={name}
              maxLength={maxLength}
              autoComplete="off"
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <ColorField color={color} error={errors.at('color')} onChange={setColor} />
        <FormProblem message={errors.at('form')} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{text.cancel}</Button>
          <Button type="submit" variant="primary" disabled={name.trim() === '' || isWorking}>
            {action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
