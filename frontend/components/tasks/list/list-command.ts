import type { Command } from '@/lib/commands';

/** What a key does to the task that has the focus, or to the list. */
export function listCommand(id: string, title: string, keys: string, run: () => void): Command {
  return { id, title, keys, run, group: 'list', isOnlyKeys: true };
}
