'use client';

import { useEffect, useRef, useState } from 'react';
import { AllConversations } from '@/components/chat/all-conversations';
import { FoundMessages } from '@/components/chat/found-messages';
import { Input } from '@/components/ui/input';
import { chatMessages } from '@/lib/messages/chat';

const text = chatMessages;
/** As long as somebody goes on typing, nothing is asked for. */
const PAUSE_MILLISECONDS = 200;

/** All conversations, or the messages that hold some words. */
export function ConversationList({ onOpen }: { onOpen: (id: string) => void }) {
  const field = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState('');
  const [words, setWords] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setWords(typed.trim()), PAUSE_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <div className="min-h-0 flex-1 overflow-y-auto p-3">
      <Input
        ref={field}
        type="search"
        aria-label={text.search}
        placeholder={text.search}
        value={typed}
        maxLength={200}
        onChange={(event) => setTyped(event.target.value)}
      />
      {words === '' ? (
        <AllConversations onOpen={onOpen} onGone={() => field.current?.focus()} />
      ) : (
        <FoundMessages key={words} words={words} onOpen={onOpen} />
      )}
    </div>
  );
}
