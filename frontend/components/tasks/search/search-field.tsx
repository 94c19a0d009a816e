'use client';

import { Search } from 'lucide';
import { useEffect, useState } from 'react';
import { Icon } from '@/components/ui/icon';
import { Input } from '@/components/ui/input';
import { setParameters } from '@/lib/address';
import { viewsMessages } from '@/lib/messages/views';

const text = viewsMessages.search;
/** As long as somebody goes on typing, nothing is asked for. */
const PAUSE_MILLISECONDS = 200;

/** The words. They stand in the address as soon as somebody stops typing. */
export function SearchField({ q }: { q: string }) {
  const [{ typed, of }, setTyped] = useState({ typed: q, of: q });
  // The address was changed otherwise, such as by going back.
  if (of !== q) setTyped({ typed: typed.trim() === q ? typed : q, of: q });
  useEffect(() => {
    if (typed.trim() === q) return;
    const timer = setTimeout(() => setParameters({ q: typed.trim() || null }), PAUSE_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [typed, q]);
  return (
    <div className="relative">
      <Icon of={Search} className="pointer-events-none absolute top-1/2 left-3 size-4 -translate-y-1/2 text-muted" />
      <Input
        type="search"
        autoFocus
        aria-label={text.field}
        placeholder={text.placeholder}
        value={typed}
        maxLength={200}
        autoComplete="off"
        onChange={(event) => setTyped({ typed: event.target.value, of })}
        className="h-11! pl-9"
      />
    </div>
  );
}
