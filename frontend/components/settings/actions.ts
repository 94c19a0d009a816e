'use server';

import { revalidatePath } from 'next/cache';
import { z } from 'zod';
import type { FormState } from '@/components/settings/form-state';
import { createApi } from '@/lib/api/client';
import { wrongOf } from '@/lib/api/wrong';
import { forgetBearersOf } from '@/lib/auth/bearer';
import { askAuth, callAuth, type AuthAnswer } from '@/lib/auth/call';
import { check, email, knownPassword, name, newPassword } from '@/lib/auth/fields';
import { backendFor } from '@/lib/backend';
import { authMessages } from '@/lib/messages/auth';
import { errorMessages } from '@/lib/messages/errors';
import { settingsMessages } from '@/lib/messages/settings';
import { requireBearer, requireUser, sessionNow } from '@/lib/session';

const text = authMessages.errors;

export async function changeName(_: FormState, form: FormData): Promise<FormState> {
  if (await isOfAnother(form)) return refused({ form: errorMessages.signedOut });
  const checked = check(z.object({ name }), form);
  if (!checked.ok) return refused(checked.errors);
  return after(await callAuth('/update-user', checked.data));
}

export async function changeEmail(_: FormState, form: FormData): Promise<FormState> {
  if (await isOfAnother(form)) return refused({ form: errorMessages.signedOut });
  const checked = check(z.object({ email }), form);
  if (!checked.ok) return refused(checked.errors);
  const wanted = checked.data.email.toLowerCase();
  if ((await requireUser()).email === wanted) return refused({ email: settingsMessages.account.sameEmail });
  const answer = await callAuth('/change-email', { newEmail: wanted });
  // Better Auth says yes, and does nothing, where somebody else has the address.
  if (answer.ok && (await sessionNow())?.user.email !== wanted) return refused({ email: text.taken });
  return after(answer);
}

/** Whoever knew the old one is signed out everywhere else. */
export async function changePassword(_: FormState, form: FormData): Promise<FormState> {
  const checked = check(z.object({ password: knownPassword, newPassword }), form);
  if (!checked.ok) return refused(checked.errors);
  const { password, newPassword: next } = checked.data;
  const { id } = await requireUser();
  const answer = await callAuth('/change-password', { currentPassword: password, newPassword: next, revokeOtherSessions: true });
  if (answer.ok) forgetBearersOf(id);
  return after(answer);
}

/** The end of the account, and of all that belongs to it: for who knows its password. */
export async function deleteAccount(_: FormState, form: FormData): Promise<FormState> {
  const checked = check(z.object({ email, password: knownPassword }), form);
  if (!checked.ok) return refused(checked.errors);
  const [user, bearer] = [await requireUser(), await requireBearer()];
  if (checked.data.email.toLowerCase() !== user.email) return refused({ email: settingsMessages.account.otherEmail });
  // Signing in once more asks for the password, and counts the attempts. With its cookies this page
  // would be drawn anew, when it is nobody's any more.
  const answer = await askAuth('/sign-in/email', { email: user.email, password: checked.data.password });
  if (!answer.ok) return refused(explain(answer));
  try {
    await createApi(backendFor(bearer)).DELETE('/account', { body: { confirm: user.email } });
  } catch (error) {
    const { at, message } = wrongOf(error, { confirm: 'email' });
    return refused({ [at]: message });
  }
  return { isSaved: true, errors: {} };
}

/** Whether a page was drawn for somebody else than who is signed in by now. The other forms ask for a password. */
async function isOfAnother(form: FormData): Promise<boolean> {
  return form.get('user') !== (await requireUser()).id;
}

function after(answer: AuthAnswer): FormState {
  if (!answer.ok) return refused(explain(answer));
  // The name stands in the shell, too.
  revalidatePath('/', 'layout');
  return { isSaved: true, errors: {} };
}

function refused(errors: FormState['errors']): FormState {
  return { isSaved: false, errors };
}

function explain(answer: Extract<AuthAnswer, { ok: false }>): FormState['errors'] {
  if (answer.status === 429) return { form: text.tooMany(answer.retryAfterSeconds) };
  switch (answer.code) {
    case 'INVALID_PASSWORD':
    case 'INVALID_EMAIL_OR_PASSWORD':
      return { password: settingsMessages.account.wrongPassword };
    case 'USER_ALREADY_EXISTS':
    case 'USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL':
      return { email: text.taken };
    case 'INVALID_EMAIL':
      return { email: text.email };
    default:
      return { form: text.failed };
  }
}
