import { chat } from '@/messages/en/chat';

export const chatMessages: typeof chat = chat;
