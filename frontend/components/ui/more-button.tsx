'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { FormProblem } from '@/components/ui/form-problem';
import { messageOf } from '@/lib/api/errors';
import { messages } from '@/lib/messages';

/** At the end of a list that goes on. */
export function MoreButton({ more }: { more: () => Promise<void> }) {
  const [isWorking, setIsWorking] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const press = async () => {
    setIsWorking(true);
    setError(null);
    try {
      await more();
    } catch (problem) {
      setError(messageOf(problem));
    }
    setIsWorking(false);
  };
  return (
    <div className="mt-4 grid justify-items-center gap-2">
      <FormProblem message={error ?? undefined} />
      <Button onClick={() => void press()} disabled={isWorking}>
        {messages.list.more}
      </Button>
    </div>
  );
}
