'use client';

import { CloudOff } from 'lucide';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import { messages } from '@/lib/messages';
import { brokenMessages } from '@/lib/messages/broken';

const text = brokenMessages;

/** What stands where a page has failed. */
export default function BrokenPage({ retry }: { retry: () => void }) {
  return (
    <main className="grid min-h-dvh place-items-center">
      <EmptyState icon={CloudOff} title={text.brokenTitle} text={text.brokenText}>
        <Button variant="primary" onClick={retry}>
          {messages.errors.retry}
        </Button>
      </EmptyState>
    </main>
  );
}
