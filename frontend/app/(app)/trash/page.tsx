import type { Metadata } from 'next';
import { TrashView } from '@/components/tasks/trash/trash-view';
import { messages } from '@/lib/messages';

export const metadata: Metadata = { title: messages.nav.trash };

export default function TrashPage() {
  return <TrashView />;
}
