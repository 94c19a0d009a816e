'use client';

import { Bell } from 'lucide';
import { AppLink } from '@/components/ui/app-link';
import { buttonClass } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import { useData, useRemote } from '@/lib/data-provider';
import { dialogsMessages } from '@/lib/messages/dialogs';

/** How many notifications wait, and the way to them. */
export function NotificationsButton() {
  const { value: unread = 0 } = useRemote(useData().unread);
  return (
    <AppLink href="/notifications" aria-label={dialogsMessages.header.notifications(unread)} className={`${buttonClass('ghost', 'icon')} relative`}>
      <Icon of={Bell} className="size-4" />
      {unread > 0 ? (
        <span aria-hidden className="absolute -top-0.5 -right-0.5 grid h-4 min-w-4 place-items-center rounded-full bg-accent px-1 text-[0.625rem] font-semibold text-on-accent tabular-nums pointer-coarse:top-0.5 pointer-coarse:right-0.5">
          {unread > 99 ? '99+' : unread}
        </span>
      ) : null}
    </AppLink>
  );
}
