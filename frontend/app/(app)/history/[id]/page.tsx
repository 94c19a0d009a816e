import type { Metadata } from 'next';
import { HistoryView } from '@/components/history/history-view';
import { historyMessages } from '@/lib/messages/history';

export const metadata: Metadata = { title: historyMessages.ofTask };

export default async function TaskHistoryPage({ params }: PageProps<'/history/[id]'>) {
  const { id } = await params;
  return <HistoryView taskId={id} />;
}
