'use client';

import { useState, type FormEvent } from 'react';
import { Button } from '@/components/ui/button';
import { ColorField } from '@/components/ui/color-field';
import { Dialog } from '@/components/ui/dialog';
import { Field, Input } from '@/components/ui/input';
import { messageOf } from '@/lib/api/errors';
import { dialogsMessages } from '@/lib/messages/dialogs';

const text = dialogsMessages.project;

type Values = { name: string; color: string | null };

type Props = {
  title: string;
  action: string;
  initial: Values;
  maxLength: number;
  /** What it throws is told in the dialog. */
  onSave: (values: Values) => Promise<void>;
  onClose: () => void;
};

/** Something with a name and a colour. */
export function NamedColorDialog({ title, action, initial, maxLength, onSave, onClose }: Props) {
  const [name, setName] = useState(initial.name);
  const [color, setColor] = useState(initial.color);
  const [error, setError] = useState<string>();
  const [isWorking, setIsWorking] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setIsWorking(true);
    try {
      await onSave({ name: name.trim(), color });
      onClose();
    } catch (problem) {
      setError(messageOf(problem));
      setIsWorking(false);
    }
  };
  return (
    <Dialog isOpen onClose={onClose} title={title} className="max-w-sm">
      <form onSubmit={(event) => void submit(event)} className="mt-4 grid gap-4">
        <Field id="name" label={text.name} error={error}>
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
        <ColorField color={color} onChange={setColor} />
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
