'use client';

import { startTransition, useActionState, type ReactNode, type SubmitEvent } from 'react';
import { BLANK, type FormState } from '@/components/settings/form-state';
import { Button } from '@/components/ui/button';
import { FormProblem } from '@/components/ui/form-problem';
import { settingsMessages } from '@/lib/messages/settings';
import { useFocusOnInvalid } from '@/lib/use-focus-on-invalid';

const text = settingsMessages;

type Props = {
  action: (state: FormState, form: FormData) => Promise<FormState>;
  label: string;
  isDanger?: boolean;
  children: (state: FormState) => ReactNode;
};

/** A form whose answer comes from the server: what was wrong, or that it is saved. */
export function AccountForm({ action, label, isDanger = false, children }: Props) {
  const [state, submit, isWorking] = useActionState(action, BLANK);
  const element = useFocusOnInvalid(state);
  // As `action` alone does it, but without emptying the form.
  const send = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    startTransition(() => submit(form));
  };
  return (
    <form ref={element} action={submit} onSubmit={send} noValidate className="grid max-w-sm gap-4">
      <FormProblem message={state.errors.form} className="rounded-control bg-danger-soft px-3 py-2.5" />
      {children(state)}
      <div className="flex items-center gap-3">
        <Button type="submit" variant={isDanger ? 'danger' : 'secondary'} disabled={isWorking}>
          {isWorking ? text.working : label}
        </Button>
        <p role="status" className="text-[0.8125rem] text-success">
          {state.isSaved && !isWorking ? text.saved : null}
        </p>
      </div>
    </form>
  );
}
