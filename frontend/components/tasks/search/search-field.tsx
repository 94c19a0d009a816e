'use client';

import { Search } from 'lucide';
import { useEffect, useState } from 'react';
import { described, FormProblem } from '@/components/ui/form-problem';
import { Icon } from '@/components/ui/icon';
import { Input } from '@/components/ui/input';
import { setParameters } from '@/lib/address';
import { viewsMessages } from '@/lib/messages/views';

const text = viewsMessages.search;
/** As long as somebody goes on typing, nothing is asked for. */
const PAUSE_MILLISECONDS = 200;

type Typing = {
  typed: string;
  /** What stood in the address. */
  of: string;
  /** Our own words on their way there: when they arrive, somebody may have typed on. */
  asked: readonly string[];
};

/** The words. They stand in the address as soon as somebody stops typing. */
export function SearchField({ q, error }: { q: string; error: string | undefined }) {
  const [{ typed, of, asked }, setTyping] = useState<Typing>({ typed: q, of: q, asked: [] });
  if (of !== q) {
    const at = asked.indexOf(q);
    // Otherwise the address was changed by something else, such as by going back.
    const isOurs = at >= 0 || typed.trim() === q;
    setTyping({ typed: isOurs ? typed : q, of: q, asked: isOurs ? asked.slice(at + 1) : [] });
  }
  useEffect(() => {
    const words = typed.trim();
    if (words === q) return;
    const timer = setTimeout(() => {
      setTyping((typing) => ({ ...typing, asked: [...typing.asked, words] }));
      setParameters({ q: words || null });
    }, PAUSE_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [typed, q]);
  return (
    <div className="relative">
      <Icon of={Search} className="pointer-events-none absolute top-3.5 left-3 size-4 text-muted" />
      <Input
        type="search"
        autoFocus
        aria-label={text.field}
        {...described('search-note', error)}
        placeholder={text.placeholder}
        value={typed}
        maxLength={200}
        autoComplete="off"
        onChange={(event) => setTyping({ typed: event.target.value, of, asked })}
        className="h-11! pl-9"
      />
      <FormProblem id="search-note" message={error} className="mt-1.5 text-[0.8125rem]" />
    </div>
  );
}
