import 'server-only';
import { z } from 'zod';
import { check, email, knownPassword, name, newPassword } from '@/lib/auth/fields';

const signIn = z.object({ email, password: knownPassword });
const signUp = z.object({ name, email, password: newPassword });

export const checkSignIn = (form: FormData) => check(signIn, form);
export const checkSignUp = (form: FormData) => check(signUp, form);
