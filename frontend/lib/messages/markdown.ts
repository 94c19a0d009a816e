import { markdown } from '@/messages/en/markdown';

export const markdownMessages: typeof markdown = markdown;
