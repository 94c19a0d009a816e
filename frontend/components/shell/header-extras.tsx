'use client';

import { NotificationsButton } from '@/components/shell/notifications-button';

/** What of the header is there a moment later than the page. */
export default function HeaderExtras() {
  return <NotificationsButton />;
}
