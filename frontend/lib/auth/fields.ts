import 'server-only';
import { z } from 'zod';
import { fitsBcrypt, MAX_PASSWORD_BYTES, MIN_PASSWORD_LENGTH } from '@/lib/auth/password';
import { authMessages } from '@/lib/messages/auth';

const text = authMessages.errors;
const MAX_NAME_LENGTH = 100;

/** What an account is made of, and what is wrong with what was typed. */
export const name = z.string().trim().min(1, text.name).max(MAX_NAME_LENGTH, text.nameLong);
export const email = z.string().trim().pipe(z.email(text.email));
export const knownPassword = z.string().min(1, text.passwordMissing);
export const newPassword = z
  .string()
  .min(MIN_PASSWORD_LENGTH, text.passwordShort(MIN_PASSWORD_LENGTH))
  .refine(fitsBcrypt, text.passwordLong(MAX_PASSWORD_BYTES));

export type Checked<T> = { ok: true; data: T } | { ok: false; errors: Record<string, string> };

/** The fields of a form, or the first thing that is wrong with each. */
export function check<T>(schema: z.ZodType<T>, form: FormData): Checked<T> {
  const result = schema.safeParse(Object.fromEntries(form));
  if (result.success) return { ok: true, data: result.data };
  const errors: Record<string, string> = {};
  for (const issue of result.error.issues) errors[String(issue.path[0])] ??= issue.message;
  return { ok: false, errors };
}
