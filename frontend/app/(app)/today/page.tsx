import type { Metadata } from 'next';
import { PlainView } from '@/components/tasks/plain-view';
import { messages } from '@/lib/messages';

export const metadata: Metadata = { title: messages.nav.today };

export default function TodayPage() {
  return <PlainView kind="today" />;
}
