'use client';

import { CloudOff } from 'lucide';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import { Icon } from '@/components/ui/icon';
import { errorMessages } from '@/lib/messages/errors';

type Props = {
  error: Error;
  retry: () => void;
  /** The rest is there: then it is said above it, in a line. */
  isPart?: boolean;
};

/** What stands where something would that could not be read, and a way to have it after all. */
export default function LoadFailure({ error, retry, isPart = false }: Props) {
  const again = (
    <Button size={isPart ? 'small' : undefined} onClick={retry}>
      {errorMessages.retry}
    </Button>
  );
  if (!isPart) {
    return (
      <EmptyState icon={CloudOff} title={errorMessages.loading} text={error.message}>
        {again}
      </EmptyState>
    );
  }
  return (
    <div role="alert" className="flex flex-wrap items-center gap-x-3 gap-y-1.5 px-5 pb-3 text-[0.8125rem] text-muted sm:px-7">
      <Icon of={CloudOff} className="size-4 shrink-0" />
      <p>
        {errorMessages.partly} {error.message}
      </p>
      {again}
    </div>
  );
}
