'use client';

import { useEffect, useState } from 'react';
import { read, type Due, type NewRecurrence, type Schemas } from '@/lib/api';
import { quietApi } from '@/lib/api/client';
import { messageOf } from '@/lib/api/errors';

export type Preview = Schemas['Preview'];

export type Previewing = { preview: Preview | null; error: string | null };

const PAUSE_MILLISECONDS = 120;
const NOTHING: Previewing = { preview: null, error: null };

/** What a recurrence means, by the only one who knows: the sentence, and the next dates. */
export function useRecurrencePreview(due: Due, recurrence: NewRecurrence | null): Previewing {
  // As texts, so that the same recurrence in another object is not asked for again.
  const asked = recurrence && JSON.stringify({ due, rule: recurrence.rule, mode: recurrence.mode });
  const [known, setKnown] = useState<{ asked: string; answer: Previewing } | null>(null);
  useEffect(() => {
    if (asked === null) return;
    const leaving = new AbortController();
    const { signal } = leaving;
    const tell = (answer: Previewing) => {
      if (!signal.aborted) setKnown({ asked, answer });
    };
    const timer = setTimeout(() => {
      const body = JSON.parse(asked) as Schemas['PreviewRequest'];
      read(quietApi.POST('/recurrence/preview', { body, signal })).then(
        (preview) => tell({ preview, error: null }),
        (error: unknown) => tell({ preview: null, error: messageOf(error) }),
      );
    }, PAUSE_MILLISECONDS);
    return () => {
      clearTimeout(timer);
      leaving.abort();
    };
  }, [asked]);
  return known && known.asked === asked ? known.answer : NOTHING;
}
