'use client';

import { ConnectionBadge } from '@/components/shell/connection-badge';
import { NotificationsButton } from '@/components/shell/notifications-button';
import { ThemeButton } from '@/components/shell/theme-button';

/** What of the header is there a moment later than the page. */
export default function HeaderExtras() {
  return (
    <>
      <ConnectionBadge />
      <NotificationsButton />
      <ThemeButton />
    </>
  );
}
