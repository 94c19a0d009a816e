import { useSyncExternalStore, type RefObject } from 'react';

const EVENTS = ['selectionchange', 'focusin', 'focusout'] as const;

function onMove(notify: () => void): () => void {
  for (const event of EVENTS) document.addEventListener(event, notify);
  return () => {
    for (const event of EVENTS) document.removeEventListener(event, notify);
  };
}

/** Where the caret stands in a field; null where there is none, or where it spans something. */
export function useCaret(field: RefObject<HTMLInputElement | null>): number | null {
  return useSyncExternalStore(onMove, () => caretIn(field.current), () => null);
}

function caretIn(field: HTMLInputElement | null): number | null {
  if (!field || field !== document.activeElement || field.selectionStart !== field.selectionEnd) return null;
  return field.selectionStart;
}
