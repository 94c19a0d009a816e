'use client';

import { Checkbox } from '@/components/ui/checkbox';
import { Field, FieldGroup, Input } from '@/components/ui/input';
import { useData, useRemote } from '@/lib/data-provider';
import { settingsMessages } from '@/lib/messages/settings';
import type { Limits } from '@/lib/settings/grant';

const text = settingsMessages.tokens.limits;
const TOOLS = Object.entries(text.tools).map(([value, label]) => ({ value, label }));

type Props = {
  limits: Limits;
  mayWrite: boolean;
  errorAt: (place: 'tools' | 'projects' | 'perHour') => string | undefined;
  onChange: (changes: Partial<Limits>) => void;
};

/** What a token may do of what its scope allows. */
export function LimitsFields({ limits, mayWrite, errorAt, onChange }: Props) {
  const { value: projects = [] } = useRemote(useData().projects);
  return (
    <>
      <Choices
        id="token-tools"
        legend={text.ofTools}
        hint={text.ofToolsHint}
        error={errorAt('tools')}
        options={TOOLS}
        chosen={limits.tools}
        onChange={(tools) => onChange({ tools })}
      />
      {mayWrite && projects.length > 0 ? (
        <Choices
          id="token-projects"
          legend={text.ofProjects}
          hint={text.ofProjectsHint}
          error={errorAt('projects')}
          options={projects.map(({ id, name }) => ({ value: id, label: name }))}
          chosen={limits.projects}
          onChange={(chosen) => onChange({ projects: chosen })}
        />
      ) : null}
      {mayWrite ? (
        <div className="max-w-64">
          <Field id="token-per-hour" label={text.perHour} hint={text.perHourHint} error={errorAt('perHour')}>
            {(described) => (
              <Input
                {...described}
                type="number"
                inputMode="numeric"
                min={1}
                max={10_000}
                value={limits.perHour}
                onChange={(event) => onChange({ perHour: event.target.value })}
              />
            )}
          </Field>
        </div>
      ) : null}
    </>
  );
}

type ChoicesProps = {
  id: string;
  legend: string;
  hint: string;
  error: string | undefined;
  options: readonly { value: string; label: string }[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
};

function Choices({ id, legend, hint, error, options, chosen, onChange }: ChoicesProps) {
  return (
    <FieldGroup id={id} error={error}>
      <legend className="font-medium">{legend}</legend>
      <p className="mb-2.5 text-[0.8125rem] text-muted">{hint}</p>
      <div className="grid gap-2 sm:grid-cols-2">
        {options.map(({ value, label }) => (
          <label key={value} className="flex items-center gap-2.5 pointer-coarse:min-h-10">
            <Checkbox
              checked={chosen.includes(value)}
              onCheckedChange={(isOn) =>
                onChange(options.map((each) => each.value).filter((each) => (each === value ? isOn === true : chosen.includes(each))))
              }
            />
            <span className="min-w-0 truncate">{label}</span>
          </label>
        ))}
      </div>
    </FieldGroup>
  );
}
