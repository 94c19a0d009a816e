'use client';

import { useSyncExternalStore } from 'react';
import { Button } from '@/components/ui/button';
import { FormProblem } from '@/components/ui/form-problem';
import { Field, fieldClass } from '@/components/ui/input';
import { Skeleton } from '@/components/ui/skeleton';
import { useData, useRemote } from '@/lib/data-provider';
import { settingsMessages } from '@/lib/messages/settings';
import { changeProfile } from '@/lib/settings/change-profile';
import { deviceZone } from '@/lib/time/zone';
import { useFormErrors } from '@/lib/use-form-errors';
import { useIsDrawn } from '@/lib/use-is-drawn';

const text = settingsMessages.account;
const PLACES = { time_zone: 'zone' } as const;
const never = () => () => {};

/** Where somebody is at home. A choice is saved at once. */
export function ZoneForm() {
  const data = useData();
  const { value: profile } = useRemote(data.profile);
  // What zones there are a browser knows otherwise than a server.
  const zones = useIsDrawn() ? Intl.supportedValuesOf('timeZone') : [];
  const device = useSyncExternalStore(never, deviceZone, () => null);
  const [form, errors] = useFormErrors(PLACES);
  if (!profile) return <Skeleton className="h-9 max-w-sm" />;
  const zone = profile.time_zone;
  const choose = async (next: string) => {
    errors.clear();
    try {
      await changeProfile(data, { time_zone: next });
    } catch (problem) {
      errors.show(problem);
    }
  };
  return (
    <form ref={form} className="grid max-w-sm gap-2">
      <Field id="zone" label={text.zone} error={errors.at('zone')}>
        {(described) => (
          <select
            {...described}
            value={zone}
            onChange={(event) => void choose(event.target.value)}
            className={`${fieldClass} h-10 text-base sm:h-9 sm:text-sm touch`}
          >
            {[...new Set([zone, 'UTC', ...zones])].sort().map((name) => (
              <option key={name} value={name}>
                {text.zoneName(name)}
              </option>
            ))}
          </select>
        )}
      </Field>
      {device !== null && device !== zone ? (
        <p className="flex flex-wrap items-center gap-x-2 text-[0.8125rem] text-warning">
          {text.device(device)}
          <Button variant="ghost" size="small" onClick={() => void choose(device)}>
            {text.useDevice}
          </Button>
        </p>
      ) : null}
      <FormProblem message={errors.at('form')} />
    </form>
  );
}
