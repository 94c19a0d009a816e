'use server';

import { redirect } from 'next/navigation';
import { destination } from '@/components/auth/destination';
import type { FormState } from '@/components/auth/form-state';
import { keepTimeZone } from '@/components/auth/time-zone';
import { checkSignIn, checkSignUp } from '@/components/auth/validate';
import { callAuth, type AuthAnswer } from '@/lib/auth/call';
import { authMessages } from '@/lib/messages/auth';

const text = authMessages.errors;

export async function signIn(_: FormState, form: FormData): Promise<FormState> {
  const checked = checkSignIn(form);
  if (!checked.ok) return back(form, checked.errors);
  const answer = await callAuth('/sign-in/email', checked.data);
  if (!answer.ok) return back(form, explain(answer));
  redirect(destination(form.get('next')));
}

export async function signUp(_: FormState, form: FormData): Promise<FormState> {
  const checked = checkSignUp(form);
  if (!checked.ok) return back(form, checked.errors);
  const answer = await callAuth('/sign-up/email', checked.data);
  if (!answer.ok) return back(form, explain(answer));
  await keepTimeZone(form.get('time_zone'));
  redirect(destination(form.get('next')));
}

function back(form: FormData, errors: FormState['errors']): FormState {
  const value = (name: string) => {
    const typed = form.get(name);
    return typeof typed === 'string' ? typed : '';
  };
  return { values: { name: value('name'), email: value('email') }, errors };
}

function explain(answer: Extract<AuthAnswer, { ok: false }>): FormState['errors'] {
  if (answer.status === 429) return { form: text.tooMany(answer.retryAfterSeconds) };
  switch (answer.code) {
    case 'INVALID_EMAIL_OR_PASSWORD':
      return { form: text.wrong };
    case 'USER_ALREADY_EXISTS':
    case 'USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL':
      return { email: text.taken };
    case 'INVALID_EMAIL':
      return { email: text.email };
    default:
      return { form: text.failed };
  }
}
