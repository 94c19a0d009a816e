import { statistics } from '@/messages/en/statistics';

export const statisticsMessages: typeof statistics = statistics;
