import type { Metadata } from 'next';
import { NotificationsView } from '@/components/notifications/notifications-view';
import { messages } from '@/lib/messages';

export const metadata: Metadata = { title: messages.nav.notifications };

export default function NotificationsPage() {
  return <NotificationsView />;
}
