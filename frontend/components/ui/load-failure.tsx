'use client';

import { CloudOff } from 'lucide';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import { messages } from '@/lib/messages';

/** What stands where something would that could not be read, and a way to have it after all. */
export default function LoadFailure({ error, retry }: { error: Error; retry: () => void }) {
  return (
    <EmptyState icon={CloudOff} title={messages.errors.loading} text={error.message}>
      <Button onClick={retry}>{messages.errors.retry}</Button>
    </EmptyState>
  );
}
