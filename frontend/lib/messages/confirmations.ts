import { confirmations } from '@/messages/en/confirmations';

export const confirmationsMessages: typeof confirmations = confirmations;
