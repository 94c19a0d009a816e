import { useEffect, useRef, type RefObject } from 'react';

/** A form whose first wrong field takes the focus with each answer: there a screen reader says what is wrong. */
export function useFocusOnInvalid(answer: object): RefObject<HTMLFormElement | null> {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus(), [answer]);
  return form;
}
