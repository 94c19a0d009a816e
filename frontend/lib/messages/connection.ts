import { connection } from '@/messages/en/connection';

export const connectionMessages: typeof connection = connection;
