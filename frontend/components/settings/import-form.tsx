'use client';

import { useState, type FormEvent } from 'react';
import { Button } from '@/components/ui/button';
import { Field, fieldClass, Input } from '@/components/ui/input';
import { Select } from '@/components/ui/select';
import { api, written, type Schemas } from '@/lib/api';
import { useData } from '@/lib/data-provider';
import { settingsMessages } from '@/lib/messages/settings';
import { refreshAll } from '@/lib/refresh-all';
import { noteChange } from '@/lib/undo';
import { useFormErrors } from '@/lib/use-form-errors';

const text = settingsMessages.data;
const FORMATS = ['log', 'csv', 'todoist'] as const;
type Format = (typeof FORMATS)[number];
const PLACES = { format: 'format', project: 'project' } as const;

/** Takes in a file. What the server finds wrong with it stands in the form, with the line. */
export function ImportForm() {
  const data = useData();
  const [format, setFormat] = useState<Format>('csv');
  const [project, setProject] = useState('');
  const [file, setFile] = useState<File | null>(null);
  const [isMissing, setIsMissing] = useState(false);
  const [form, errors] = useFormErrors(PLACES);
  const [imported, setImported] = useState<Schemas['Imported'] | null>(null);
  const [isWorking, setIsWorking] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setIsMissing(!file);
    errors.clear();
    if (!file) return;
    setIsWorking(true);
    setImported(null);
    try {
      const answer = await send(file, format, project.trim());
      setImported(answer.data);
      refreshAll(data);
      if (answer.changeSetId !== null) noteChange(data, text.importedShort, answer.changeSetId);
    } catch (problem) {
      errors.show(problem);
    }
    setIsWorking(false);
  };
  return (
    <form ref={form} onSubmit={(event) => void submit(event)} className="grid max-w-sm gap-4">
      <Field id="format" label={text.format} error={errors.at('format')}>
        {(described) => (
          <Select
            {...described}
            label={text.format}
            value={format}
            options={FORMATS.map((value) => ({ value, label: text.formats[value] }))}
            onChange={setFormat}
          />
        )}
      </Field>
      {format === 'todoist' ? (
        <Field id="project" label={text.project} hint={text.projectHint} error={errors.at('project')}>
          {(described) => (
            <Input {...described} value={project} maxLength={100} onChange={(event) => setProject(event.target.value)} />
          )}
        </Field>
      ) : null}
      {/* Whatever else is wrong is so with what the file says. */}
      <Field id="file" label={text.file} error={isMissing ? text.noFile : errors.at('form')}>
        {(described) => (
          <input
            {...described}
            type="file"
            accept={format === 'log' ? '.ndjson,.jsonl,application/x-ndjson' : '.csv,text/csv'}
            onChange={(event) => setFile(event.target.files?.[0] ?? null)}
            className={`${fieldClass} py-1.5 file:mr-3 file:rounded-md file:border-0 file:bg-hover file:px-2.5 file:py-1 file:text-foreground`}
          />
        )}
      </Field>
      <Button type="submit" disabled={isWorking} className="justify-self-start">
        {isWorking ? settingsMessages.working : text.start}
      </Button>
      {imported ? <Result imported={imported} /> : null}
    </form>
  );
}

function send(file: File, format: Format, project: string) {
  const query = { format, ...(format === 'todoist' && project !== '' ? { project } : {}) };
  return written(
    api.POST('/import', {
      params: { query },
      headers: { 'Content-Type': format === 'log' ? 'application/x-ndjson' : 'text/csv' },
      // The file as it is, and not read into memory here.
      body: '',
      bodySerializer: () => file,
    }),
  );
}

function Result({ imported }: { imported: Schemas['Imported'] }) {
  return (
    <div role="status" className="grid gap-2">
      <p className="text-success">{text.imported(imported.tasks, imported.projects)}</p>
      {imported.warnings.length > 0 ? (
        <details>
          <summary className="text-warning">{text.warnings}</summary>
          <ul className="mt-1 grid gap-0.5 text-[0.8125rem] text-muted">
            {imported.warnings.map(({ line, message }, index) => (
              <li key={index}>{text.line(line, message)}</li>
            ))}
          </ul>
        </details>
      ) : null}
    </div>
  );
}
