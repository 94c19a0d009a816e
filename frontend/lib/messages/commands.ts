import { commands } from '@/messages/en/commands';

export const commandsMessages: typeof commands = commands;
