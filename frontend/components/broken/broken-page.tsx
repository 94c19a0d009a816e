'use client';

import { CloudOff } from 'lucide';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import { brokenMessages } from '@/lib/messages/broken';
import { errorMessages } from '@/lib/messages/errors';

const text = brokenMessages;

/** What stands where a page has failed. */
export default function BrokenPage({ retry }: { retry: () => void }) {
  return (
    <main className="grid min-h-dvh place-items-center">
      <EmptyState icon={CloudOff} title={text.brokenTitle} text={text.brokenText}>
        <Button variant="primary" onClick={retry}>
          {errorMessages.retry}
        </Button>
      </EmptyState>
    </main>
  );
}
