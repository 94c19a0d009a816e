'use client';

import { Sparkles } from 'lucide';
import { useEffect, useRef, type ReactNode } from 'react';
import { ChatItem } from '@/components/chat/chat-item';
import { MessageField } from '@/components/chat/message-field';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import { MoreButton } from '@/components/ui/more-button';
import { Skeleton } from '@/components/ui/skeleton';
import type { Conversation, State } from '@/lib/chat/conversation';
import type { Action, Item } from '@/lib/chat/protocol';
import { useData } from '@/lib/data-provider';
import { chatMessages } from '@/lib/messages/chat';
import { useStore } from '@/lib/store';

const text = chatMessages;
/** Whoever has scrolled up further than this reads, and is left alone. */
const NEAR_END = 120;

/** What was said and done in a conversation, and the field to say more. */
export function ConversationView({ conversation }: { conversation: Conversation }) {
  const { heard } = useData();
  const state = useStore(conversation.state);
  const { items, said, isWorking, isLoading, before } = state;
  const isEmpty = items.length === 0 && said === null && !isLoading && !isWorking && !state.error;
  const act = async (item: Item, action: Action) => {
    await conversation.act(item, action);
    // A no is no event, and yet there is one question less.
    heard.set({ about: 'conversation' });
  };
  return (
    <>
      <Log state={state}>
        {isLoading ? <Loading /> : null}
        {before === null ? null : <MoreButton more={() => conversation.readBefore()} />}
        {isEmpty ? <Welcome onChoose={(example) => void conversation.say(example)} /> : null}
        {items.map((item) => (
          <ChatItem key={item.id} item={item} isWorking={isWorking} onAction={(action) => void act(item, action)} />
        ))}
        {said === null ? null : <p className="ml-10 self-end rounded-card bg-selected px-3 py-2 break-words whitespace-pre-wrap text-muted">{said}</p>}
        {isWorking ? <Working /> : null}
        <Interrupted state={state} onRetry={() => void conversation.retry()} />
      </Log>
      {/* The log is not read aloud as it grows, letter by letter, but what came of a turn is, once. */}
      <p role="status" className="sr-only">
        {isWorking ? text.working : state.heard}
      </p>
      <MessageField conversation={conversation} isWorking={isWorking} />
    </>
  );
}

/** Follows its end, as long as that is what somebody looks at. */
function Log({ state, children }: { state: State; children: ReactNode }) {
  const log = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  useEffect(() => {
    if (log.current && isAtEnd.current) log.current.scrollTop = log.current.scrollHeight;
  }, [state]);
  return (
    <div
      ref={log}
      role="log"
      aria-live="off"
      aria-label={text.title}
      tabIndex={0}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        isAtEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_END;
      }}
      className="flex min-h-0 flex-1 flex-col gap-3 overflow-y-auto overscroll-contain p-4 -outline-offset-2"
    >
      {children}
    </div>
  );
}

function Welcome({ onChoose }: { onChoose: (example: string) => void }) {
  return (
    <EmptyState icon={Sparkles} title={text.empty.title} text={text.empty.text}>
      <ul className="mt-2 grid w-full gap-2">
        {text.empty.examples.map((example) => (
          <li key={example}>
            <Button className="h-auto! min-h-9 w-full py-1.5 font-normal! whitespace-normal!" onClick={() => onChoose(example)}>
              {example}
            </Button>
          </li>
        ))}
      </ul>
    </EmptyState>
  );
}

function Working() {
  return (
    <p aria-hidden className="flex items-center gap-2 text-[0.8125rem] text-muted">
      <span className="size-2 rounded-full bg-accent motion-safe:animate-pulse" />
      {text.working}
    </p>
  );
}

/** Why a turn has not come to its end, and the way on. */
function Interrupted({ state: { error, isStopped }, onRetry }: { state: State; onRetry: () => void }) {
  if (error) {
    return (
      <div role="alert" className="flex flex-wrap items-center gap-3 rounded-control bg-danger-soft px-3 py-2.5 text-danger">
        <p className="min-w-0 flex-1 break-words">{error.message ?? text.failed}</p>
        {error.canRetry ? (
          <Button size="small" onClick={onRetry}>
            {text.retry}
          </Button>
        ) : null}
      </div>
    );
  }
  if (!isStopped) return null;
  return (
    <div className="flex flex-wrap items-center gap-3 text-[0.8125rem] text-muted">
      <p className="min-w-0 flex-1">{text.stopped}</p>
      <Button size="small" onClick={onRetry}>
        {text.goOn}
      </Button>
    </div>
  );
}

function Loading() {
  return (
    <div role="status" aria-label={text.loading} className="grid gap-3">
      <Skeleton className="h-9 w-2/3 justify-self-end" />
      <Skeleton className="h-20 w-5/6" />
    </div>
  );
}
