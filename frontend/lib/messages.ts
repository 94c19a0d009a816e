import { en } from '@/messages/en/first';

/**
 * Every text that people read stands in `messages/`, in parts that are loaded with what shows
 * them. Another language is another folder of these types.
 */
export type Messages = typeof en;

export const messages: Messages = en;
