import type { Metadata } from 'next';
import { UpcomingView } from '@/components/tasks/upcoming-view';
import { messages } from '@/lib/messages';
import { emptyMessages } from '@/lib/messages/empty';

export const metadata: Metadata = { title: messages.nav.upcoming };

export default function UpcomingPage() {
  return <UpcomingView empty={emptyMessages.upcoming} />;
}
