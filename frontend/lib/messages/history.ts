import { history } from '@/messages/en/history';

export const historyMessages: typeof history = history;
