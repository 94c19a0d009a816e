import { settings } from '@/messages/en/settings';

export const settingsMessages: typeof settings = settings;
