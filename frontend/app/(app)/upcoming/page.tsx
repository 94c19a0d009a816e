import type { Metadata } from 'next';
import { PlainView } from '@/components/tasks/plain-view';
import { messages } from '@/lib/messages';
import { emptyMessages } from '@/lib/messages/empty';

export const metadata: Metadata = { title: messages.nav.upcoming };

export default function UpcomingPage() {
  return <PlainView kind="upcoming" empty={emptyMessages.upcoming} />;
}
