import { useState, type RefObject } from 'react';
import { wrongOf, type Places, type Wrong } from '@/lib/api/wrong';
import { useFocusOnInvalid } from '@/lib/use-focus-on-invalid';

type FormErrors<F extends string> = {
  at: (place: F | 'form') => string | undefined;
  /** Shows where that stands which was refused. False if the form is not there any more. */
  show: (problem: unknown) => boolean;
  clear: () => void;
};

const NONE = {};

/**
 * What the server finds wrong with a form, told where it stands; and what is to be given to the form, so that its wrong
 * field takes the focus.
 */
export function useFormErrors<F extends string>(places: Places<F>): [RefObject<HTMLFormElement | null>, FormErrors<F>] {
  const [wrong, setWrong] = useState<Wrong<F> | null>(null);
  const form = useFocusOnInvalid(wrong ?? NONE);
  const errors: FormErrors<F> = {
    at: (place) => (wrong !== null && wrong.at === place ? wrong.message : undefined),
    show: (problem) => {
      setWrong(wrongOf(problem, places));
      return form.current !== null;
    },
    clear: () => setWrong(null),
  };
  return [form, errors];
}
