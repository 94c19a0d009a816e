'use client';

import { useEffect, useRef, useState } from 'react';
import type { Task } from '@/lib/api';
import type { WriteOptions } from '@/lib/tasks/write-task';

type Draft = { text: string; seen: Task };
type Save = (seen: Task, text: string, atField: WriteOptions['atField']) => void;

/**
 * A text that is being edited, with the task as it was when that began: what comes in meanwhile
 * neither moves the text under the cursor nor is overwritten unseen. It is saved when the field is
 * left, or goes; what is refused stands there again, with the reason.
 */
export function useDraft(task: Task, field: 'title' | 'description', save: Save) {
  const [draft, setDraft] = useState<Draft | null>(null);
  const [error, setError] = useState<string>();
  const isHere = useRef(true);
  const unsaved = useRef<(() => void) | null>(null);
  useEffect(() => {
    const bringBack: WriteOptions['atField'] = ({ message }) => {
      if (!isHere.current) return false;
      // What was typed since is worth more.
      setDraft((now) => now ?? draft);
      setError(message);
      return true;
    };
    unsaved.current = draft && (() => save(draft.seen, draft.text, bringBack));
  });
  useEffect(() => {
    isHere.current = true;
    return () => {
      isHere.current = false;
      // Escape and the way back take the field away with the focus in it, and nobody hears that it is left.
      unsaved.current?.();
    };
  }, []);
  return {
    value: draft?.text ?? task[field],
    error,
    change: (text: string) => {
      setDraft({ text, seen: draft?.seen ?? task });
      setError(undefined);
    },
    finish: () => {
      unsaved.current?.();
      unsaved.current = null;
      setDraft(null);
      setError(undefined);
    },
  };
}
