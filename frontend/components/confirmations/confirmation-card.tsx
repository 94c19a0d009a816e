'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { previewOf, type Confirmation, type Line } from '@/lib/confirmations/preview';
import { confirmationsMessages } from '@/lib/messages/confirmations';
import { openTask } from '@/lib/open-task';
import { useClock } from '@/lib/tasks/provider';
import { momentInWords } from '@/lib/time/format';

const text = confirmationsMessages;
const SHOWN = 10;

type Props = {
  confirmation: Confirmation;
  /** Of the token that asks, if there is one and it is known. */
  tokenName: string | null;
  onDecide: (yes: boolean) => Promise<void>;
};

/** One question: what would change, who asks, and the two answers. */
export function ConfirmationCard({ confirmation, tokenName, onDecide }: Props) {
  const clock = useClock();
  const [isOpen, setIsOpen] = useState(false);
  const [isWorking, setIsWorking] = useState(false);
  const { sentence, lines, more } = previewOf(confirmation);
  const shown = isOpen ? lines : lines.slice(0, SHOWN);
  const hidden = lines.length - shown.length;
  const id = `confirmation-${confirmation.id}`;
  const decide = async (yes: boolean) => {
    setIsWorking(true);
    await onDecide(yes);
    setIsWorking(false);
  };
  return (
    <li aria-labelledby={id} className="rounded-card border border-warning bg-raised p-4">
      <h2 id={id} className="text-base font-semibold break-words">
        {sentence}
      </h2>
      <p className="mt-0.5 flex flex-wrap gap-x-3 text-xs text-muted">
        <span>{askedBy(confirmation, tokenName)}</span>
        <time dateTime={confirmation.created_at}>{momentInWords(confirmation.created_at, clock)}</time>
        <span>{text.until(momentInWords(confirmation.expires_at, clock))}</span>
      </p>
      <ul aria-label={text.changes} className="mt-3 divide-y">
        {shown.map((line, index) => (
          <Change key={line.id ?? index} line={line} />
        ))}
      </ul>
      {hidden > 0 ? (
        <Button variant="ghost" size="small" className="mt-1 -ml-2.5" onClick={() => setIsOpen(true)}>
          {text.showAll(hidden)}
        </Button>
      ) : null}
      {more > 0 ? <p className="mt-2 text-[0.8125rem] text-muted">{text.andMore(more)}</p> : null}
      <div className="mt-4 flex gap-2">
        <Button className="border-danger! text-danger!" disabled={isWorking} onClick={() => void decide(true)}>
          {text.yes}
        </Button>
        <Button disabled={isWorking} onClick={() => void decide(false)}>
          {text.no}
        </Button>
      </div>
    </li>
  );
}

/** What would become of one task. Its title is somebody's text. */
function Change({ line: { id, title, change } }: { line: Line }) {
  return (
    <li className="flex items-baseline justify-between gap-4 py-1.5">
      {id === null ? (
        <span className="min-w-0 break-words">{title}</span>
      ) : (
        <button
          type="button"
          aria-label={text.openTask(title)}
          onClick={() => openTask(id)}
          className="min-w-0 rounded text-left break-words hover:underline"
        >
          {title}
        </button>
      )}
      <span className="shrink-0 text-[0.8125rem] text-muted">{change}</span>
    </li>
  );
}

function askedBy({ conversation_id: conversation, token_id: token }: Confirmation, tokenName: string | null): string {
  if (conversation) return text.askedBy.conversation;
  if (!token) return text.askedBy.program;
  return tokenName === null ? text.askedBy.goneToken : text.askedBy.token(tokenName);
}
