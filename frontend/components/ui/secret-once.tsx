'use client';

import { Check, Copy } from 'lucide';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import { settingsMessages } from '@/lib/messages/settings';

const text = settingsMessages;

type Props = { label: string; secret: string; note?: string; onDone: () => void };

/** A secret that the server does not tell again. */
export function SecretOnce({ label, secret, note, onDone }: Props) {
  const [isCopied, setIsCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(secret);
    setIsCopied(true);
  };
  return (
    <div role="status" className="grid gap-2 rounded-card border border-accent bg-selected p-4">
      <p className="font-medium">{label}</p>
      <code className="rounded-md bg-background px-3 py-2 font-mono text-[0.8125rem] break-all select-all">{secret}</code>
      <p className="text-[0.8125rem] text-muted">{note ?? text.shownOnce}</p>
      <div className="flex gap-2">
        <Button size="small" onClick={() => void copy()}>
          <Icon of={isCopied ? Check : Copy} className="size-4" />
          {isCopied ? text.copied : text.copy}
        </Button>
        <Button variant="ghost" size="small" onClick={onDone}>
          {text.done}
        </Button>
      </div>
    </div>
  );
}
