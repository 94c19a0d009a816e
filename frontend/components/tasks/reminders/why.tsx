'use client';

import { useState } from 'react';
import { Skeleton } from '@/components/ui/skeleton';
import { api, read, type Schemas } from '@/lib/api';
import { useRemote } from '@/lib/data-provider';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { Remote } from '@/lib/remote';
import { useClock } from '@/lib/tasks/provider';
import { instantInWords } from '@/lib/tasks/reminders';

const text = dialogsMessages.reminders;

/** Why a reminder came, or did not: the ledger, as it was kept. */
export function Why({ reminderId }: { reminderId: string }) {
  const [remote] = useState(
    () => new Remote(() => read(api.GET('/reminders/{id}/why', { params: { path: { id: reminderId } } }))),
  );
  const { value, error } = useRemote(remote);
  const clock = useClock();
  if (error) return <p className="px-2.5 pb-2 text-danger">{error.message}</p>;
  if (!value) return <Skeleton className="mx-2.5 mb-2.5 h-4 w-40" />;
  return (
    <section aria-label={text.whyTitle} className="grid gap-1.5 px-2.5 pb-2.5">
      <p>{value.text}</p>
      {value.fires_at ? <p className="text-muted">{text.comes(instantInWords(value.fires_at, clock))}</p> : null}
      {value.firings.length === 0 ? <p className="text-muted">{text.neverFired}</p> : null}
      {value.firings.map((firing) => (
        <Firing key={firing.due_at} firing={firing} />
      ))}
    </section>
  );
}

function Firing({ firing }: { firing: Schemas['FiringView'] }) {
  const clock = useClock();
  return (
    <div>
      <h5 className="font-medium">{instantInWords(firing.due_at, clock)}</h5>
      <ul className="grid gap-0.5 text-muted">
        {firing.deliveries.flatMap((delivery) =>
          delivery.steps.map((step) => (
            <li key={`${delivery.channel} ${step.at} ${step.what}`}>
              {step.text}
            </li>
          )),
        )}
      </ul>
    </div>
  );
}
