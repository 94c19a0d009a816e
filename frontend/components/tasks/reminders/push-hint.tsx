'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { FormProblem } from '@/components/ui/form-problem';
import { announce } from '@/lib/announce';
import { messageOf } from '@/lib/api/errors';
import { useData, useRemote } from '@/lib/data-provider';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { Remote } from '@/lib/remote';
import { alertsOf } from '@/lib/settings/alerts';
import { readPush, turnPushOn } from '@/lib/settings/push';

const text = dialogsMessages.reminders.push;

/** That reminders do not come to this browser, where they could, and what changes that. */
export default function PushHint() {
  const { value: profile } = useRemote(useData().profile);
  const [push] = useState(() => new Remote(readPush));
  const { value } = useRemote(push);
  const [problem, setProblem] = useState<string>();
  const turnOn = async () => {
    setProblem(undefined);
    try {
      if (await turnPushOn()) announce(text.on);
    } catch (cause) {
      setProblem(messageOf(cause));
    }
    await push.refresh();
  };
  const isWanted = profile !== undefined && alertsOf(profile).channels.includes('push');
  if (value?.state !== 'off' || !isWanted) return null;
  return (
    <div className="flex flex-wrap items-center gap-2 border-t p-3">
      <p className="flex-1 text-muted">{text.off}</p>
      <Button size="small" onClick={() => void turnOn()}>
        {text.turnOn}
      </Button>
      <FormProblem message={problem} className="w-full" />
    </div>
  );
}
