import { useEffect, useRef, type RefObject } from 'react';

/** A form whose first wrong field takes the focus with each answer: there a screen reader says what is wrong. */
export function useFocusOnInvalid(answer: object): RefObject<HTMLFormElement | null> {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    const field = form.current?.querySelector<HTMLElement>('[aria-invalid=true]');
    // Of several controls that are one field, the first.
    const control = field instanceof HTMLFieldSetElement ? field.querySelector<HTMLElement>('input, button') : field;
    control?.focus();
  }, [answer]);
  return form;
}
