import { views } from '@/messages/en/views';

export const viewsMessages: typeof views = views;
