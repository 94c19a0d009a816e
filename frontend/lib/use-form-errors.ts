import { useState, type RefObject } from 'react';
import { wrongOf, type Places, type Wrong } from '@/lib/api/wrong';
import { useFocusOnInvalid } from '@/lib/use-focus-on-invalid';

type FormErrors<F extends string> = {
  /** To be given to the form: its wrong field takes the focus. */
  form: RefObject<HTMLFormElement | null>;
  at: (place: F | 'form') => string | undefined;
  /** Shows where that stands which was refused. False if the form is not there any more. */
  show: (problem: unknown) => boolean;
  clear: () => void;
};

const NONE = {};

/** What the server finds wrong with a form, told where it stands. */
export function useFormErrors<F extends string>(places: Places<F>): FormErrors<F> {
  const [wrong, setWrong] = useState<Wrong<F> | null>(null);
  const form = useFocusOnInvalid(wrong ?? NONE);
  return {
    form,
    at: (place) => (wrong !== null && wrong.at === place ? wrong.message : undefined),
    show: (problem) => {
      setWrong(wrongOf(problem, places));
      return form.current !== null;
    },
    clear: () => setWrong(null),
  };
}
