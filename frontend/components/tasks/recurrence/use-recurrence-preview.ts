'use client';

import { useEffect, useState } from 'react';
import { afterPause } from '@/lib/after-pause';
import { read, type Due, type NewRecurrence, type Schemas } from '@/lib/api';
import { quietApi } from '@/lib/api/client';
import { wrongOf, type Wrong } from '@/lib/api/wrong';

export type Preview = Schemas['Preview'];

/** What of a rule can be wrong. */
export type RulePlace = 'every' | 'times' | 'until' | 'rule';

export type Previewing = { preview: Preview | null; wrong: Wrong<RulePlace> | null };

const PAUSE_MILLISECONDS = 120;
const PLACES = { 'rule.INTERVAL': 'every', 'rule.COUNT': 'times', 'rule.UNTIL': 'until', rule: 'rule' } as const;
const NOTHING: Previewing = { preview: null, wrong: null };

/** What a recurrence means, by the only one who knows: the sentence, and the next dates. */
export function useRecurrencePreview(due: Due, recurrence: NewRecurrence | null): Previewing {
  // As texts, so that the same recurrence in another object is not asked for again.
  const asked = recurrence && JSON.stringify({ due, rule: recurrence.rule, mode: recurrence.mode });
  const [known, setKnown] = useState<{ asked: string; answer: Previewing } | null>(null);
  useEffect(() => {
    if (asked === null) return;
    return afterPause((signal) => {
      const tell = (answer: Previewing) => {
        if (!signal.aborted) setKnown({ asked, answer });
      };
      const body = JSON.parse(asked) as Schemas['PreviewRequest'];
      read(quietApi.POST('/recurrence/preview', { body, signal })).then(
        (preview) => tell({ preview, wrong: null }),
        (error: unknown) => tell({ preview: null, wrong: wrongOf(error, PLACES) }),
      );
    }, PAUSE_MILLISECONDS);
  }, [asked]);
  return known && known.asked === asked ? known.answer : NOTHING;
}
