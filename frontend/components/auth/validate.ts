import 'server-only';
import { z } from 'zod';
import type { FormState } from '@/components/auth/form-state';
import { fitsBcrypt, MAX_PASSWORD_BYTES, MIN_PASSWORD_LENGTH } from '@/lib/auth/password';
import { authMessages } from '@/lib/messages/auth';

const text = authMessages.errors;
const MAX_NAME_LENGTH = 100;

const email = z.string().trim().pipe(z.email(text.email));

const signIn = z.object({ email, password: z.string().min(1, text.passwordMissing) });

const signUp = z.object({
  name: z.string().trim().min(1, text.name).max(MAX_NAME_LENGTH, text.nameLong),
  email,
  password: z
    .string()
    .min(MIN_PASSWORD_LENGTH, text.passwordShort(MIN_PASSWORD_LENGTH))
    .refine(fitsBcrypt, text.passwordLong(MAX_PASSWORD_BYTES)),
});

type Checked<T> = { ok: true; data: T } | { ok: false; errors: FormState['errors'] };

export const checkSignIn = (form: FormData) => check(signIn, form);
export const checkSignUp = (form: FormData) => check(signUp, form);

function check<T>(schema: z.ZodType<T>, form: FormData): Checked<T> {
  const result = schema.safeParse(Object.fromEntries(form));
  if (result.success) return { ok: true, data: result.data };
  const errors: Record<string, string> = {};
  for (const issue of result.error.issues) errors[String(issue.path[0])] ??= issue.message;
  return { ok: false, errors };
}
