'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { FormProblem } from '@/components/ui/form-problem';
import { Skeleton } from '@/components/ui/skeleton';
import { useRemote } from '@/lib/data-provider';
import { messageOf } from '@/lib/api/errors';
import { settingsMessages } from '@/lib/messages/settings';
import { Remote } from '@/lib/remote';
import { readPush, removePush, turnPushOn } from '@/lib/settings/push';
import { useClock } from '@/lib/tasks/provider';
import { momentInWords } from '@/lib/time/format';

const text = settingsMessages.reminders;

/** Which browsers get reminders by web push, and whether this one does. */
export function PushSettings() {
  const clock = useClock();
  const [push] = useState(() => new Remote(readPush));
  const { value, error } = useRemote(push);
  const [problem, setProblem] = useState<string | null>(null);
  const act = async (change: () => Promise<unknown>) => {
    setProblem(null);
    try {
      await change();
    } catch (cause) {
      setProblem(messageOf(cause));
    }
    await push.refresh();
  };
  if (!value) return error ? <p className="text-danger">{messageOf(error)}</p> : <Skeleton className="h-16" />;
  const { state, subscriptions, own } = value;
  return (
    <div className="grid gap-3">
      <div className="flex flex-wrap items-center gap-3">
        <p className={state === 'denied' ? 'text-warning' : 'text-muted'}>{text.push[state]}</p>
        {state === 'off' ? (
          <Button size="small" onClick={() => void act(turnPushOn)}>
            {text.push.turnOn}
          </Button>
        ) : null}
        {own === null ? null : (
          <Button size="small" onClick={() => void act(() => removePush(own, true))}>
            {text.push.turnOff}
          </Button>
        )}
      </div>
      <FormProblem message={problem ?? undefined} />
      <ul className="divide-y">
        {subscriptions.map(({ id, created_at: since }) => (
          <li key={id} className="flex items-center gap-3 py-2">
            <span className="flex-1">
              {text.since(momentInWords(since, clock))}
              {id === own ? <span className="text-muted"> · {text.thisBrowser}</span> : null}
            </span>
            <Button variant="ghost" size="small" onClick={() => void act(() => removePush(id, id === own))}>
              {text.push.remove}
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}
