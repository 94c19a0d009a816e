'use client';

import { Archive, ArchiveRestore, MessagesSquare } from 'lucide';
import { useMemo, useState } from 'react';
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

/** Those with the newest messages first: the ones in use, or those in the archive. */
export function AllConversations({ onOpen, onGone }: Props) {
  const [isArchive, setIsArchive] = useState(false);
  const conversations = useMemo(() => new Listing<Conversation>((cursor) => readPage(isArchive, cursor)), [isArchive]);
  const { value, error } = useFollowing(conversations, OF_CONVERSATIONS);
  const setArchived = async (id: string, archived: boolean) => {
    const shown = (items: readonly Conversation[]) => items.filter((each) => archived === isArchive || each.id !== id);
    try {
      await expecting(conversations, ofItems(shown), () => patch(id, { archived }));
      announce(archived ? text.archived : text.broughtBack, { label: text.undo, run: () => void setArchived(id, !archived) });
    } catch (problem) {
      announceProblem(messageOf(problem));
    }
  };
  const move = (id: string) => {
    void setArchived(id, !isArchive);
    onGone();
  };
  return (
    <>
      <Button
        variant="ghost"
        size="small"
        aria-pressed={isArchive}
        className="mt-2 aria-pressed:bg-selected aria-pressed:text-foreground"
        onClick={() => setIsArchive(!isArchive)}
      >
        <Icon of={Archive} className="size-4" />
        {text.inArchive}
      </Button>
      {value?.items.length === 0 ? <Empty isArchive={isArchive} /> : null}
      {value ? (
        <ul className="mt-2">
          {value.items.map((conversation) => (
            <Row key={conversation.id} conversation={conversation} isArchive={isArchive} onOpen={onOpen} onMove={move} />
          ))}
        </ul>
      ) : error ? (
        <LoadFailure error={error} retry={() => void conversations.refresh()} />
      ) : (
        <Skeleton className="mt-3 h-24" />
      )}
      {value && value.next !== null ? <MoreButton more={() => conversations.more()} /> : null}
    </>
  );
}

type RowProps = {
  conversation: Conversation;
  isArchive: boolean;
  onOpen: (id: string) => void;
  /** Into the archive, or out of it. */
  onMove: (id: string) => void;
};

function Row({ conversation: { id, title, updated_at: updatedAt }, isArchive, onOpen, onMove }: RowProps) {
  const clock = useClock();
  const name = title || text.untitled;
  return (
    <li className="group/row flex items-center gap-1 rounded-control hover:bg-hover">
      <button type="button" onClick={() => onOpen(id)} className="min-w-0 flex-1 rounded-control px-2 py-2 text-left">
        <span className="block truncate">{name}</span>
        <span className="text-xs text-muted">{momentInWords(updatedAt, clock)}</span>
      </button>
      <Button
        variant="ghost"
        size="icon"
        className="sm:opacity-0 pointer-coarse:opacity-100 pointed:opacity-100"
        aria-label={isArchive ? text.bringBack(name) : text.archive(name)}
        onClick={() => onMove(id)}
      >
        <Icon of={isArchive ? ArchiveRestore : Archive} className="size-4" />
      </Button>
    </li>
  );
}

function Empty({ isArchive }: { isArchive: boolean }) {
  return isArchive ? (
    <EmptyState icon={Archive} title={text.noneArchived} text={text.noneArchivedText} />
  ) : (
    <EmptyState icon={MessagesSquare} title={text.noConversations} text={text.noConversationsText} />
  );
}

function readPage(archived: boolean, cursor: string | null) {
  const query = { ...(archived ? { archived } : {}), ...(cursor === null ? {} : { cursor }) };
  return read(api.GET('/conversations', { params: { query } }));
}

function patch(id: string, body: Schemas['ConversationPatch']) {
  return api.PATCH('/conversations/{id}', {
    headers: MERGE_PATCH,
    body,
    params: { path: { id }, header: { 'Idempotency-Key': randomId() } },
  });
}
