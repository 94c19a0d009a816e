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
      if (key === null || event.defaultPrevented || isSwitchedOff(key)) return;
      const heard = heardAt(event.target, key);
      if (heard.length === 0) return;
      const typed = before ? `${before} ${key}` : key;
      const found = matching(heard, typed) ?? matching(heard, key);
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

/** What can be meant by a key where it is pressed. Whoever types a letter into a field means the letter. */
function heardAt(target: EventTarget | null, key: string): readonly Command[] {
  const offered = commands.get();
  if (!(target instanceof Element)) return offered;
  if (target.matches(TYPING)) return key === 'mod+k' ? offered : [];
  const over = target.closest(OVER_THE_PAGE);
  if (over === null || key.startsWith('mod+')) return offered;
  return over.matches('[data-keys]') ? offered.filter(({ group, id }) => group === 'task' || id === 'help') : [];
}
