'use client';

import { Search } from 'lucide';
import { Icon } from '@/components/ui/icon';
import { messages } from '@/lib/messages';
import { openPanel } from '@/lib/panels';

/** Looks like a field, and opens the palette. */
export function SearchButton() {
  return (
    <button
      type="button"
      onClick={() => openPanel.set('palette')}
      aria-label={messages.header.searchHint}
      className="flex h-8 w-full max-w-sm items-center gap-2.5 rounded-control border bg-raised px-2.5 text-muted transition-colors hover:border-line-strong touch"
    >
      <Icon of={Search} className="size-4" />
      <span className="flex-1 text-left">{messages.header.search}</span>
      <kbd className="rounded border bg-background px-1.5 font-sans text-[0.6875rem] max-sm:hidden">/</kbd>
    </button>
  );
}
