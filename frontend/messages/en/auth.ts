import { plural } from '@/messages/en/plural';

/** What people read when they sign in, in English. */
export const auth = {
  signIn: 'Sign in',
  signUp: 'Create account',
  signInTitle: 'Welcome back',
  signUpTitle: 'Create your account',
  toSignUp: 'New here?',
  toSignIn: 'Have an account already?',
  name: 'Name',
  email: 'E-mail',
  password: 'Password',
  passwordHint: (length: number) => `At least ${length} characters`,
  showPassword: 'Show password',
  hidePassword: 'Hide password',
  working: 'One moment…',
  errors: {
    name: 'Tell us what to call you',
    nameLong: 'This is too long for a name',
    email: 'This is not an e-mail address',
    passwordMissing: 'Type your password',
    passwordShort: (length: number) => `Take at least ${length} characters`,
    passwordLong: (bytes: number) => `This is too long: at most ${bytes} bytes`,
    wrong: 'The e-mail address or the password is wrong',
    taken: 'There is an account with this address already',
    tooMany: (seconds: number) => `Too many attempts. Try again in ${plural(seconds, 'second', 'seconds')}.`,
    failed: 'That did not work, and it is not your fault. Try again in a moment.',
  },
};
