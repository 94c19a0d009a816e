import { createStore } from '@/lib/store';

/** The element that the assistant is in. */
export const CHAT_ID = 'assistant';

/** Whether the assistant is beside the page. It stays when the page changes. */
export const isChatOpen = createStore(false);

export const toggleChat = () => isChatOpen.set((isOpen) => !isOpen);
