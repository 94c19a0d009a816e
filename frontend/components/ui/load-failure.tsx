'use client';

import { CloudOff } from 'lucide';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import { errorMessages } from '@/lib/messages/errors';

/** What stands where something would that could not be read, and a way to have it after all. */
export default function LoadFailure({ error, retry }: { error: Error; retry: () => void }) {
  return (
    <EmptyState icon={CloudOff} title={errorMessages.loading} text={error.message}>
      <Button onClick={retry}>{errorMessages.retry}</Button>
    </EmptyState>
  );
}
