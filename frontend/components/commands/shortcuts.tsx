'use client';

import { useEffect } from 'react';
import { commands, useCommands, type Command } from '@/lib/commands';
import { keyOf, matching } from '@/lib/keys';
import { isSwitchedOff } from '@/lib/single-keys';

const PATIENCE_MILLISECONDS = 1_200;

/** Runs commands by their keys. */
export function Shortcuts({ offered }: { offered: readonly Command[] }) {
  useCommands(offered);
  useEffect(() => {
    let before = '';
    let forget: ReturnType<typeof setTimeout> | undefined;
    const press = (event: KeyboardEvent) => {
      const key = keyOf(event);
      if (key === null || event.defaultPrevented || isElsewhere(event, key) || isSwitchedOff(key)) return;
      const typed = before ? `${before} ${key}` : key;
      const found = matching(commands.get(), typed) ?? matching(commands.get(), key);
      clearTimeout(forget);
      before = found ? '' : key;
      forget = setTimeout(() => (before = ''), PATIENCE_MILLISECONDS);
      if (!found) return;
      event.preventDefault();
      found.run();
    };
    document.addEventListener('keydown', press);
    return () => {
      clearTimeout(forget);
      document.removeEventListener('keydown', press);
    };
  }, []);
  return null;
}

const TYPING = 'input:not([type=checkbox]), textarea, select, [contenteditable=true]';
const OVER_THE_PAGE = '[role=dialog], [role=menu], [role=listbox]';

/** Whoever types a letter into a field means the letter. */
function isElsewhere(event: KeyboardEvent, key: string): boolean {
  if (key.startsWith('mod+')) return isTyping(event) && key !== 'mod+k';
  return isTyping(event) || (event.target instanceof Element && event.target.closest(OVER_THE_PAGE) !== null);
}

function isTyping(event: KeyboardEvent): boolean {
  return event.target instanceof Element && event.target.matches(TYPING);
}
