import { broken } from '@/messages/en/broken';

export const brokenMessages: typeof broken = broken;
