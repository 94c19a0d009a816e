import type { Command } from '@/lib/commands';
import { commandsMessages } from '@/lib/messages/commands';

type Pressed = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'isComposing'>;

/** How a key is written in `Command.keys`; null for those that mean nothing alone. */
export function keyOf({ key, ctrlKey, metaKey, altKey, isComposing }: Pressed): string | null {
  // A Mac's laptop has no other key for it.
  if (metaKey && key === 'Backspace') return 'Delete';
  if (isComposing || ['Shift', 'Control', 'Meta', 'Dead'].includes(key)) return null;
  // With Alt, letters are other letters on many keyboards; arrows are arrows.
  if (altKey) return key.startsWith('Arrow') ? `alt+${key}` : null;
  const name = key.length === 1 ? key.toLowerCase() : key;
  return ctrlKey || metaKey ? `mod+${name}` : name;
}

/** The newest offer counts: what lies over a page knows better than the page. */
export function matching(commands: readonly Command[], typed: string): Command | undefined {
  return commands.findLast((command) => command.keys === typed);
}

const NAMES: Partial<Record<string, string>> = commandsMessages.keys;

/** The keys of a command as they stand on keyboards, one list for each press. */
export function keyLabels(keys: string, isApple: boolean): string[][] {
  const here = isApple ? keys.replace('Delete', 'mod+Backspace') : keys;
  return here.split(' ').map((press) =>
    press.split('+').map((key) => {
      if (key === 'mod' && isApple) return commandsMessages.keys.apple;
      return NAMES[key] ?? (key.length === 1 ? key.toUpperCase() : key);
    }),
  );
}

export function isApple(): boolean {
  return /Mac|iPhone|iPad/.test(navigator.userAgent);
}
