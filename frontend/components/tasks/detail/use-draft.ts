'use client';

import { useState } from 'react';
import type { Task } from '@/lib/api';

/**
 * A text that is being edited, with the task as it was when that began: what comes in meanwhile
 * neither moves the text under the cursor nor is overwritten unseen.
 */
export function useDraft(task: Task, field: 'title' | 'description', save: (seen: Task, text: string) => void) {
  const [draft, setDraft] = useState<{ text: string; seen: Task } | null>(null);
  return {
    value: draft?.text ?? task[field],
    change: (text: string) => setDraft({ text, seen: draft?.seen ?? task }),
    finish: () => {
      if (draft) save(draft.seen, draft.text);
      setDraft(null);
    },
    cancel: () => setDraft(null),
  };
}
