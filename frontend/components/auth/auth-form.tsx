'use client';

import { startTransition, useActionState, useEffect, useSyncExternalStore, type SubmitEvent } from 'react';
import { BLANK, type FormState } from '@/components/auth/form-state';
import { PasswordField } from '@/components/auth/password-field';
import { Button } from '@/components/ui/button';
import { FormProblem } from '@/components/ui/form-problem';
import { Field, Input } from '@/components/ui/input';
import { showBadge } from '@/lib/app-badge';
import { authMessages } from '@/lib/messages/auth';
import { forgetSeen } from '@/lib/offline/worker';
import { dropMemory, tellOtherTabs } from '@/lib/session-over';
import { deviceZone } from '@/lib/time/zone';
import { useFocusOnInvalid } from '@/lib/use-focus-on-invalid';

type Props = {
  kind: 'sign-in' | 'sign-up';
  action: (state: FormState, form: FormData) => Promise<FormState>;
  next: string;
  minPasswordLength: number;
};

const never = () => () => {};

/** Works without scripts, too: then it is a plain form. */
export function AuthForm({ kind, action, next, minPasswordLength }: Props) {
  const [{ values, errors }, submit, isWorking] = useActionState(action, BLANK);
  const element = useFocusOnInvalid(errors);
  const zone = useSyncExternalStore(never, deviceZone, () => '');
  // Whoever sees this form is signed in nowhere in this browser.
  useEffect(() => {
    tellOtherTabs();
    void forgetSeen();
    showBadge(0);
    dropMemory();
  }, []);
  const isNew = kind === 'sign-up';
  const text = authMessages;
  // As `action` alone does it, but without emptying the form: what is wrong with a password is
  // easier to find while it is there.
  const send = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    startTransition(() => submit(form));
  };
  return (
    <form ref={element} action={submit} onSubmit={send} noValidate className="grid gap-4" data-ready={zone !== ''}>
      <input type="hidden" name="next" value={next} />
      <input type="hidden" name="time_zone" value={zone} />
      <FormProblem message={errors.form} className="rounded-control bg-danger-soft px-3 py-2.5" />
      {isNew ? (
        <Field id="name" label={text.name} error={errors.name}>
          {(described) => <Input {...described} name="name" autoComplete="name" defaultValue={values.name} required />}
        </Field>
      ) : null}
      <Field id="email" label={text.email} error={errors.email}>
        {(described) => (
          <Input
            {...described}
            name="email"
            type="email"
            inputMode="email"
            autoComplete="email"
            defaultValue={values.email}
            required
          />
        )}
      </Field>
      <PasswordField
        autoComplete={isNew ? 'new-password' : 'current-password'}
        hint={isNew ? text.passwordHint(minPasswordLength) : undefined}
        error={errors.password}
      />
      <Button type="submit" variant="primary" disabled={isWorking} className="mt-2 h-10 w-full">
        {isWorking ? text.working : isNew ? text.signUp : text.signIn}
      </Button>
    </form>
  );
}
