'use client';

import { ShieldQuestionMark } from 'lucide';
import { useState } from 'react';
import { AppLink } from '@/components/ui/app-link';
import { buttonClass } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import { OF_CONFIRMATIONS, readConfirmations } from '@/lib/confirmations/read';
import { confirmationsMessages } from '@/lib/messages/confirmations';
import { Remote } from '@/lib/remote';
import { useFollowing } from '@/lib/use-following';

/** How much waits for the person's yes, and the way there; nothing, when nothing does. */
export function WaitingButton() {
  const [confirmations] = useState(() => new Remote(readConfirmations));
  const { value } = useFollowing(confirmations, OF_CONFIRMATIONS);
  if (!value || value.length === 0) return null;
  const label = confirmationsMessages.waiting(value.length);
  return (
    <AppLink href="/confirmations" aria-label={label} title={label} className={`${buttonClass('ghost', 'icon')} relative`}>
      <Icon of={ShieldQuestionMark} className="size-4 text-warning" />
      <span aria-hidden className="absolute -top-0.5 -right-0.5 grid h-4 min-w-4 place-items-center rounded-full bg-accent px-1 text-[0.625rem] font-semibold text-on-accent tabular-nums pointer-coarse:top-0.5 pointer-coarse:right-0.5">
        {value.length}
      </span>
    </AppLink>
  );
}
