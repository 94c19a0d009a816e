'use client';

import { useEffect, useState } from 'react';
import { AccountForm } from '@/components/settings/account-form';
import { deleteAccount } from '@/components/settings/actions';
import type { FormState } from '@/components/settings/form-state';
import { Button } from '@/components/ui/button';
import { Field, Input } from '@/components/ui/input';
import { authMessages } from '@/lib/messages/auth';
import { settingsMessages } from '@/lib/messages/settings';
import { signOut } from '@/lib/session-over';

const text = settingsMessages.data;

/** The end: it asks for the address and the password. */
export function DeleteAccount() {
  const [isAsked, setIsAsked] = useState(false);
  if (!isAsked) {
    return (
      <Button variant="danger" className="border border-danger/40" onClick={() => setIsAsked(true)}>
        {text.delete}
      </Button>
    );
  }
  return (
    <AccountForm action={deleteAccount} label={text.deleteNow} isDanger>
      {(state) => <Fields state={state} />}
    </AccountForm>
  );
}

function Fields({ state: { errors, isSaved } }: { state: FormState }) {
  return (
    <>
      <Field id="confirm-email" label={text.confirmEmail} error={errors.email}>
        {(described) => <Input {...described} name="email" type="email" autoComplete="off" required autoFocus />}
      </Field>
      <Field id="confirm-password" label={authMessages.password} error={errors.password}>
        {(described) => <Input {...described} name="password" type="password" autoComplete="current-password" required />}
      </Field>
      {isSaved ? <Leave /> : null}
    </>
  );
}

/** What this page knew goes with it, in the browser, too. */
function Leave() {
  useEffect(() => signOut(), []);
  return null;
}
