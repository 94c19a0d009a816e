import { auth } from '@/messages/en/auth';

export const authMessages: typeof auth = auth;
