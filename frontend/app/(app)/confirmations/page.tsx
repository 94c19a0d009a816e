import type { Metadata } from 'next';
import { ConfirmationsView } from '@/components/confirmations/confirmations-view';
import { confirmationsMessages } from '@/lib/messages/confirmations';

export const metadata: Metadata = { title: confirmationsMessages.title };

export default function ConfirmationsPage() {
  return <ConfirmationsView />;
}
