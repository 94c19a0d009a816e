'use client';

import { ShieldQuestionMark } from 'lucide';
import { useRef, useState } from 'react';
import { ConfirmationCard } from '@/components/confirmations/confirmation-card';
import { EmptyState } from '@/components/ui/empty-state';
import LoadFailure from '@/components/ui/load-failure';
import { Page } from '@/components/ui/page';
import { Skeleton } from '@/components/ui/skeleton';
import { announce, announceProblem } from '@/lib/announce';
import { messageOf } from '@/lib/api/errors';
import { decide, type Outcome } from '@/lib/confirmations/decide';
import { OF_CONFIRMATIONS, readConfirmations } from '@/lib/confirmations/read';
import { useData, useRemote } from '@/lib/data-provider';
import { confirmationsMessages } from '@/lib/messages/confirmations';
import { Remote } from '@/lib/remote';
import { readTokens } from '@/lib/settings/tokens';
import { noteChange } from '@/lib/undo';
import { useFollowing } from '@/lib/use-following';

const text = confirmationsMessages;

/** What the assistant, or a program, would do if the person said yes. */
export function ConfirmationsView() {
  const data = useData();
  const [confirmations] = useState(() => new Remote(readConfirmations));
  const { value, error } = useFollowing(confirmations, OF_CONFIRMATIONS);
  const [tokens] = useState(() => new Remote(readTokens));
  const { value: names } = useRemote(tokens);
  const list = useRef<HTMLUListElement>(null);
  const tell = (outcome: Outcome) => {
    if (outcome.kind === 'refused') announce(text.refused);
    else if (outcome.kind === 'failed') announceProblem(outcome.summary ?? text.failed);
    else if (outcome.kind !== 'done') announceProblem(text[outcome.kind]);
    else if (outcome.changeSetId === null) announce(outcome.summary ?? text.done);
    else noteChange(data, outcome.summary ?? text.done, outcome.changeSetId);
  };
  const say = async (id: string, yes: boolean) => {
    try {
      tell(await decide(id, yes));
      // A no is no event, and the number of questions is shown elsewhere, too.
      data.heard.set({ about: 'conversation' });
      await confirmations.refresh();
      list.current?.focus();
    } catch (problem) {
      announceProblem(messageOf(problem));
    }
  };
  return (
    <Page title={text.title} className="max-w-3xl">
      <p className="mb-4 text-muted">{text.hint}</p>
      {error && !value ? <LoadFailure error={error} retry={() => void confirmations.refresh()} /> : null}
      {value || error ? null : <Skeleton className="h-40" />}
      {value?.length === 0 ? <EmptyState icon={ShieldQuestionMark} {...text.empty} /> : null}
      <ul ref={list} tabIndex={-1} aria-label={text.title} className="grid gap-4">
        {value?.map((confirmation) => (
          <ConfirmationCard
            key={confirmation.id}
            confirmation={confirmation}
            tokenName={names?.find(({ id }) => id === confirmation.token_id)?.name ?? null}
            onDecide={(yes) => say(confirmation.id, yes)}
          />
        ))}
      </ul>
    </Page>
  );
}
