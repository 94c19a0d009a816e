'use client';

import { useRouter } from 'next/navigation';
import { useState, type FormEvent } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { Field, Input } from '@/components/ui/input';
import { api, written } from '@/lib/api';
import { messageOf } from '@/lib/api/errors';
import { useData } from '@/lib/data-provider';
import { randomId } from '@/lib/id';
import { messages } from '@/lib/messages';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { noteChange } from '@/lib/undo';

const text = dialogsMessages.project;

/** Readable on light and on dark. */
const COLORS = ['#0f8b7d', '#3b7dd8', '#8a63d2', '#c2527e', '#d1603d', '#b98a1b', '#5f8f3a', '#71808a'];

export default function NewProjectDialog({ onClose }: { onClose: () => void }) {
  const data = useData();
  const router = useRouter();
  const [name, setName] = useState('');
  const [color, setColor] = useState(COLORS[0]);
  const [key] = useState(randomId);
  const [error, setError] = useState<string>();
  const [isWorking, setIsWorking] = useState(false);
  const create = async () => {
    const project = await written(
      api.POST('/projects', { body: { name, color }, params: { header: { 'Idempotency-Key': key } } }),
    );
    await data.projects.refresh();
    onClose();
    router.push(`/projects/${project.data.id}`);
    if (project.changeSetId !== null) noteChange(data, dialogsMessages.changes.projectCreated, project.changeSetId);
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setIsWorking(true);
    try {
      await create();
    } catch (problem) {
      setError(messageOf(problem));
      setIsWorking(false);
    }
  };
  return (
    <Dialog isOpen onClose={onClose} title={messages.nav.newProject} className="max-w-sm">
      <form onSubmit={submit} className="mt-4 grid gap-4">
        <Field id="project-name" label={text.name} error={error}>
          {(described) => (
            <Input
              {...described}
              autoFocus
              value={name}
              maxLength={100}
              autoComplete="off"
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <fieldset>
          <legend className="mb-1.5 font-medium">{text.color}</legend>
          <div className="flex flex-wrap gap-1.5">
            {COLORS.map((value, index) => (
              <label key={value} className="relative grid size-8 place-items-center rounded-full has-checked:ring-2 has-checked:ring-foreground has-focus-visible:outline-2 has-focus-visible:outline-offset-2">
                <input
                  type="radio"
                  name="color"
                  aria-label={text.colors[index]}
                  checked={value === color}
                  onChange={() => setColor(value)}
                  className="absolute inset-0 cursor-pointer opacity-0"
                />
                <span aria-hidden className="size-6 rounded-full" style={{ backgroundColor: value }} />
              </label>
            ))}
          </div>
        </fieldset>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{text.cancel}</Button>
          <Button type="submit" variant="primary" disabled={name.trim() === '' || isWorking}>
            {text.create}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
