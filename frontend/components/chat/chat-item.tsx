'use client';

import { memo } from 'react';
import { ChatCard } from '@/components/chat/chat-card';
import { ToolCards } from '@/components/chat/tool-cards';
import { Markdown } from '@/components/ui/markdown';
import type { Action, Item } from '@/lib/chat/protocol';
import { textOf } from '@/lib/chat/transcript';
import { chatMessages } from '@/lib/messages/chat';

type Props = { item: Item; isWorking: boolean; onAction: (action: Action) => void };

/** Something in a conversation. What it says comes from models and tasks: it is drawn as text. */
export const ChatItem = memo(
  function ChatItem({ item, isWorking, onAction }: Props) {
    switch (item.type) {
      case 'user_message':
        return (
          <div className="ml-10 self-end rounded-card bg-selected px-3 py-2">
            <p className="sr-only">{chatMessages.said}</p>
            <p className="break-words whitespace-pre-wrap">{textOf(item)}</p>
          </div>
        );
      case 'assistant_message':
        return (
          <div>
            <p className="sr-only">{chatMessages.answered}</p>
            <Markdown of={textOf(item)} />
          </div>
        );
      case 'workflow':
        return <ToolCards tasks={item.workflow.tasks} />;
      case 'widget':
        return <ChatCard card={item.widget} isWorking={isWorking} onAction={onAction} />;
    }
  },
  // The handler is another one each time, and does the same.
  (before, after) => before.item === after.item && before.isWorking === after.isWorking,
);
