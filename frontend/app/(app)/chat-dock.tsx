'use client';

import { lazy, Suspense, useEffect, useRef, type KeyboardEvent } from 'react';
import { CHAT_ID, isChatOpen } from '@/lib/chat/panel';
import { chatMessages } from '@/lib/messages/chat';
import { useStore } from '@/lib/store';

const ChatPanel = lazy(() => import('@/components/chat/chat-panel'));
const OpenAiChat = lazy(() => import('@/components/chat/openai-chat'));

/** The assistant beside the page: over it where there is no room. Loaded when it is first opened. */
export function ChatDock({ domainKey }: { domainKey: string | null }) {
  const isOpen = useStore(isChatOpen);
  useReturnOfFocus(isOpen);
  if (!isOpen) return null;
  const close = () => isChatOpen.set(false);
  const press = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || event.nativeEvent.isComposing) return;
    // And nothing else of the page.
    event.preventDefault();
    close();
  };
  return (
    <aside
      id={CHAT_ID}
      aria-label={chatMessages.title}
      onKeyDown={press}
      className="fixed inset-0 z-30 bg-background sm:left-auto sm:w-[25rem] sm:border-l max-xl:sm:shadow-raised xl:static xl:shrink-0"
    >
      <Suspense fallback={null}>
        {domainKey === null ? <ChatPanel onClose={close} /> : <OpenAiChat domainKey={domainKey} onClose={close} />}
      </Suspense>
    </aside>
  );
}

/** Whoever was in the panel when it closed is where it was opened from. */
function useReturnOfFocus(isOpen: boolean): void {
  const wasOpen = useRef(false);
  useEffect(() => {
    const isLost = document.activeElement === document.body;
    if (wasOpen.current && !isOpen && isLost) document.querySelector<HTMLElement>(`[aria-controls="${CHAT_ID}"]`)?.focus();
    wasOpen.current = isOpen;
  }, [isOpen]);
}
