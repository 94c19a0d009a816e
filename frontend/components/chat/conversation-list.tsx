'use client';

import { useRef } from 'react';
import { AllConversations } from '@/components/chat/all-conversations';

/** All conversations. */
export function ConversationList({ onOpen }: { onOpen: (id: string) => void }) {
  const list = useRef<HTMLDivElement>(null);
  return (
    <div ref={list} tabIndex={-1} className="min-h-0 flex-1 overflow-y-auto p-3">
      <AllConversations onOpen={onOpen} onGone={() => list.current?.focus()} />
    </div>
  );
}
