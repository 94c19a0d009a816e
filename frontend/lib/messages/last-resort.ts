import { lastResort } from '@/messages/en/last-resort';

export const lastResortMessages: typeof lastResort = lastResort;
