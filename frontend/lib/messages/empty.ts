import { empty } from '@/messages/en/empty';

export const emptyMessages: typeof empty = empty;
