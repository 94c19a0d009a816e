'use client';

import { MessageSquarePlus, MessagesSquare, X } from 'lucide';
import { useState } from 'react';
import { ConversationList } from '@/components/chat/conversation-list';
import { ConversationView } from '@/components/chat/conversation-view';
import { Button } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import { shown, showConversation } from '@/lib/chat/conversation';
import { chatMessages } from '@/lib/messages/chat';
import { useStore } from '@/lib/store';

const text = chatMessages;

/** The assistant: one conversation, or the list of all. */
export default function ChatPanel({ onClose }: { onClose: () => void }) {
  const conversation = useStore(shown);
  const [isListShown, setIsListShown] = useState(false);
  const open = (threadId: string | null) => {
    showConversation(threadId);
    setIsListShown(false);
  };
  return (
    <div className="flex h-full flex-col">
      <div className="flex h-13 shrink-0 items-center gap-1 border-b px-3">
        <h2 className="flex-1 truncate px-1 font-semibold">{isListShown ? text.conversations : text.title}</h2>
        <Button variant="ghost" size="icon" aria-label={text.fresh} title={text.fresh} onClick={() => open(null)}>
          <Icon of={MessageSquarePlus} className="size-4" />
        </Button>
        <Button
          variant="ghost"
          size="icon"
          aria-label={text.conversations}
          title={text.conversations}
          aria-pressed={isListShown}
          className="aria-pressed:bg-selected aria-pressed:text-foreground"
          onClick={() => setIsListShown(!isListShown)}
        >
          <Icon of={MessagesSquare} className="size-4" />
        </Button>
        <Button variant="ghost" size="icon" aria-label={text.close} title={text.close} onClick={onClose}>
          <Icon of={X} className="size-4" />
        </Button>
      </div>
      {isListShown ? <ConversationList onOpen={open} /> : <ConversationView key={conversation.key} conversation={conversation} />}
    </div>
  );
}
