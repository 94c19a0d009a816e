import type { Metadata } from 'next';
import { AllView } from '@/components/tasks/all-view';
import { messages } from '@/lib/messages';
import { emptyMessages } from '@/lib/messages/empty';

export const metadata: Metadata = { title: messages.nav.all };

export default function DashboardPage() {
  return <AllView empty={emptyMessages.all} />;
}
