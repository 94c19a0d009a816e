'use client';

import { Archive, MessagesSquare } from 'lucide';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import { Icon } from '@/components/ui/icon';
import LoadFailure from '@/components/ui/load-failure';
import { MoreButton } from '@/components/ui/more-button';
import { Skeleton } from '@/components/ui/skeleton';
import { announce, announceProblem } from '@/lib/announce';
import { api, MERGE_PATCH, read, type Schemas } from '@/lib/api';
import { messageOf } from '@/lib/api/errors';
import { expecting } from '@/lib/expecting';
import type { Aggregate } from '@/lib/heard';
import { randomId } from '@/lib/id';
import { Listing, ofItems } from '@/lib/listing';
import { chatMessages } from '@/lib/messages/chat';
import { useClock } from '@/lib/tasks/provider';
import { momentInWords } from '@/lib/time/format';
import { useFollowing } from '@/lib/use-following';

const text = chatMessages;
const OF_CONVERSATIONS: readonly Aggregate[] = ['conversation'];

type Conversation = Schemas['ConversationItem'];
/** `onGone`: what had the focus is not there any more. */
type Props = { onOpen: (id: string) => void; onGone: () => void };

/** Those with the newest messages first. */
export function AllConversations({ onOpen, onGone }: Props) {
  const clock = useClock();
  const [conversations] = useState(() => new Listing<Conversation>(readPage));
  const { value, error } = useFollowing(conversations, OF_CONVERSATIONS);
  const setArchived = async (id: string, archived: boolean) => {
    const shown = (items: readonly Conversation[]) => items.filter((each) => !archived || each.id !== id);
    try {
      await expecting(conversations, ofItems(shown), () => patch(id, { archived }));
      announce(
        archived ? text.archived : text.broughtBack,
        archived ? { label: text.undo, run: () => void setArchived(id, false) } : undefined,
      );
    } catch (problem) {
      announceProblem(messageOf(problem));
    }
  };
  const archive = (id: string) => {
    void setArchived(id, true);
    onGone();
  };
  if (!value) return error ? <LoadFailure error={error} retry={() => void conversations.refresh()} /> : <Skeleton className="mt-3 h-24" />;
  if (value.items.length === 0) return <EmptyState icon={MessagesSquare} title={text.noConversations} text={text.noConversationsText} />;
  return (
    <>
      <ul className="mt-2">
        {value.items.map(({ id, title, updated_at: updatedAt }) => (
          <li key={id} className="group/row flex items-center gap-1 rounded-control hover:bg-hover">
            <button type="button" onClick={() => onOpen(id)} className="min-w-0 flex-1 rounded-control px-2 py-2 text-left">
              <span className="block truncate">{title || text.untitled}</span>
              <span className="text-xs text-muted">{momentInWords(updatedAt, clock)}</span>
            </button>
            <Button
              variant="ghost"
              size="icon"
              className="sm:opacity-0 pointed:opacity-100"
              aria-label={text.archive(title || text.untitled)}
              onClick={() => archive(id)}
            >
              <Icon of={Archive} className="size-4" />
            </Button>
          </li>
        ))}
      </ul>
      {value.next === null ? null : <MoreButton more={() => conversations.more()} />}
    </>
  );
}

function readPage(cursor: string | null) {
  return read(api.GET('/conversations', { params: { query: cursor === null ? {} : { cursor } } }));
}

function patch(id: string, body: Schemas['ConversationPatch']) {
  return api.PATCH('/conversations/{id}', {
    headers: MERGE_PATCH,
    body,
    params: { path: { id }, header: { 'Idempotency-Key': randomId() } },
  });
}
