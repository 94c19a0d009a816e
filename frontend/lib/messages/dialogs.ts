import { dialogs } from '@/messages/en/dialogs';

export const dialogsMessages: typeof dialogs = dialogs;
