'use client';

import { SearchX } from 'lucide';
import { useState } from 'react';
import { EmptyState } from '@/components/ui/empty-state';
import LoadFailure from '@/components/ui/load-failure';
import { MoreButton } from '@/components/ui/more-button';
import { Skeleton } from '@/components/ui/skeleton';
import { api, read, type Schemas } from '@/lib/api';
import type { Aggregate } from '@/lib/heard';
import { Listing } from '@/lib/listing';
import { chatMessages } from '@/lib/messages/chat';
import { useClock } from '@/lib/tasks/provider';
import { momentInWords } from '@/lib/time/format';
import { useFollowing } from '@/lib/use-following';

const text = chatMessages;
const OF_CONVERSATIONS: readonly Aggregate[] = ['conversation'];

/** Messages in which all these words are, the newest first. The server searches: it has those that no panel holds. */
export function FoundMessages({ words, onOpen }: { words: string; onOpen: (threadId: string) => void }) {
  const clock = useClock();
  const [found] = useState(
    () =>
      new Listing<Schemas['Found']>((cursor) =>
        read(api.GET('/conversations/search', { params: { query: { q: words, ...(cursor === null ? {} : { cursor }) } } })),
      ),
  );
  const { value, error } = useFollowing(found, OF_CONVERSATIONS);
  if (!value) return error ? <LoadFailure error={error} retry={() => void found.refresh()} /> : <Skeleton className="mt-3 h-24" />;
  if (value.items.length === 0) return <EmptyState icon={SearchX} title={text.noneFound} text={text.noneFoundText} />;
  return (
    <>
      <ul className="mt-2">
        {value.items.map((message) => (
          <li key={message.message_id}>
            <button
              type="button"
              onClick={() => onOpen(message.conversation_id)}
              className="w-full rounded-control px-2 py-2 text-left hover:bg-hover"
            >
              <span className="block truncate font-medium">{message.conversation_title || text.untitled}</span>
              <span className="line-clamp-2 text-[0.8125rem] break-words">{message.content}</span>
              <span className="text-xs text-muted">
                {message.role === 'user' ? text.said : text.answered}, {momentInWords(message.created_at, clock)}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {value.next === null ? null : <MoreButton more={() => found.more()} />}
    </>
  );
}
