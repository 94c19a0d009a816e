'use client';

import { Sparkles } from 'lucide';
import { buttonClass } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import { CHAT_ID, isChatOpen, toggleChat } from '@/lib/chat/panel';
import { chatMessages } from '@/lib/messages/chat';
import { useStore } from '@/lib/store';

/** Opens the assistant beside the page, and closes it. */
export function ChatButton() {
  return (
    <button
      type="button"
      aria-label={chatMessages.title}
      title={chatMessages.title}
      aria-expanded={useStore(isChatOpen)}
      aria-controls={CHAT_ID}
      onClick={toggleChat}
      className={buttonClass('ghost', 'icon')}
    >
      <Icon of={Sparkles} className="size-4" />
    </button>
  );
}
