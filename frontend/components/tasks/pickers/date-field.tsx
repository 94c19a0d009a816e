'use client';

import { useEffect, useRef, useState, type FormEvent } from 'react';
import { DueLabel } from '@/components/tasks/due-label';
import { described, FormProblem } from '@/components/ui/form-problem';
import { Input } from '@/components/ui/input';
import { afterPause } from '@/lib/after-pause';
import type { Due } from '@/lib/api';
import { quietApi } from '@/lib/api/client';
import { messageOf } from '@/lib/api/errors';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { useClock } from '@/lib/tasks/provider';
import { understandDate } from '@/lib/tasks/quick';

type Props = {
  /** What is chosen where this was understood. */
  meaning: (understood: Due) => Due;
  onChoose: (due: Due) => void;
  /** Enter, and nothing was typed. */
  onEmpty: () => void;
};

const text = dialogsMessages.due;
const NOTE = 'typed-date-note';

/** A date in words; what they mean is seen before it is chosen. */
export function DateField({ meaning, onChoose, onEmpty }: Props) {
  const clock = useClock();
  const [typed, setTyped] = useState('');
  const [known, setKnown] = useState<{ words: string; due: Due | null } | null>(null);
  const [error, setError] = useState<string>();
  const words = typed.trim();
  useEffect(() => {
    if (words === '') return;
    return afterPause((signal) => {
      understandDate(quietApi, words, signal).then(
        (due) => setKnown({ words, due }),
        // It is asked for once more when it is chosen, and that will tell.
        () => undefined,
      );
    });
  }, [words]);
  const isHere = useRef(true);
  useEffect(() => {
    isHere.current = true;
    return () => {
      isHere.current = false;
    };
  }, []);

  const understood = known?.words === words ? known : null;
  const choose = async () => {
    const due = understood ? understood.due : await understandDate(quietApi, words);
    // Whoever has closed the picker meanwhile wants nothing of it any more.
    if (!isHere.current) return;
    if (due) onChoose(meaning(due));
    else setError(text.noDate);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (words === '') onEmpty();
    else choose().catch((problem: unknown) => setError(messageOf(problem)));
  };
  return (
    <form onSubmit={submit} className="border-b p-2">
      <Input
        aria-label={text.typed}
        {...described(NOTE, error)}
        placeholder={text.typedHint}
        value={typed}
        maxLength={200}
        autoComplete="off"
        enterKeyHint="done"
        onChange={(event) => {
          setTyped(event.target.value);
          setError(undefined);
        }}
      />
      {words === '' || error !== undefined ? null : (
        <p role="status" aria-label={dialogsMessages.quick.understood} className="flex min-h-6 items-end px-1 text-[0.8125rem] text-muted">
          {understood?.due ? <DueLabel task={{ due: meaning(understood.due), due_at: null, completed: false }} clock={clock} /> : null}
          {understood?.due === null ? text.noDate : null}
        </p>
      )}
      <FormProblem id={NOTE} message={error} className="px-1 pt-1 text-[0.8125rem]" />
    </form>
  );
}
