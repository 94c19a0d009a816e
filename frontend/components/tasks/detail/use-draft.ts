'use client';

import { useEffect, useRef, useState } from 'react';
import type { Task } from '@/lib/api';

type Draft = { text: string; seen: Task };

/**
 * A text that is being edited, with the task as it was when that began: what comes in meanwhile
 * neither moves the text under the cursor nor is overwritten unseen. It is saved when the field is
 * left, or goes.
 */
export function useDraft(task: Task, field: 'title' | 'description', save: (seen: Task, text: string) => void) {
  const [draft, setDraft] = useState<Draft | null>(null);
  const unsaved = useRef<(() => void) | null>(null);
  useEffect(() => {
    unsaved.current = draft && (() => save(draft.seen, draft.text));
  });
  // Escape and the way back take the field away with the focus in it, and nobody hears that it is left.
  useEffect(() => () => unsaved.current?.(), []);
  return {
    value: draft?.text ?? task[field],
    change: (text: string) => setDraft({ text, seen: draft?.seen ?? task }),
    finish: () => {
      unsaved.current?.();
      unsaved.current = null;
      setDraft(null);
    },
  };
}
