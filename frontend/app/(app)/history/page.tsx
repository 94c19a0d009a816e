import type { Metadata } from 'next';
import { HistoryView } from '@/components/history/history-view';
import { messages } from '@/lib/messages';

export const metadata: Metadata = { title: messages.nav.history };

export default function HistoryPage() {
  return <HistoryView />;
}
