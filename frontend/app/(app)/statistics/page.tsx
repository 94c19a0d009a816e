import type { Metadata } from 'next';
import { StatisticsView } from '@/components/statistics/statistics-view';
import { messages } from '@/lib/messages';

export const metadata: Metadata = { title: messages.nav.statistics };

export default function StatisticsPage() {
  return <StatisticsView />;
}
