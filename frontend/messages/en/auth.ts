import { plural } from '@/messages/en/plural';

/** What people read when they sign in, in English. */
export const auth = {
  signIn: 'Sign in',
  signUp: 'Create account',
  signInTitle: 'Welcome back',
  signUpTitle: 'Create your account',
  toSignUp: 'New here?',
  toSignIn: 'Already have an account?',
  name: 'Name',
  email: 'E-mail',
  password: 'Password',
  passwordHint: (length: number) => `At least ${length} characters`,
  showPassword: 'Show password',
  hidePassword: 'Hide password',
  working: 'One moment…',
  errors: {
    name: 'Enter your name',
    nameLong: 'This name is too long',
    email: 'Enter a valid e-mail address',
    passwordMissing: 'Enter your password',
    passwordShort: (length: number) => `Use at least ${length} characters`,
    passwordLong: (bytes: number) => `Use at most ${bytes} characters. Accented letters and emoji count as more than one.`,
    wrong: 'The e-mail address or password is wrong',
    taken: 'There’s already an account with this address',
    tooMany: (seconds: number) => `Too many attempts. Try again in ${plural(seconds, 'second', 'seconds')}.`,
    failed: 'Something went wrong on our side. Try again in a moment.',
  },
};
