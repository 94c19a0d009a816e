import { plural } from '@/messages/en/plural';

/** What people read when something was not carried out, in English. */
export const errors = {
  offline: 'You’re offline. Try again when you’re back online.',
  network: 'The server can’t be reached. Check your connection and try again.',
  unavailable: 'The service is busy or restarting. Try again in a moment.',
  tooManyRequests: (seconds: number) => `Too many requests. Try again in ${plural(seconds, 'second', 'seconds')}.`,
  signedOut: 'Your session has ended. Sign in again.',
  forbidden: 'You don’t have permission to do this.',
  notFound: 'This doesn’t exist or has been deleted.',
  conflict: 'This conflicts with what’s there now.',
  stale: 'This was changed elsewhere in the meantime.',
  tooLarge: 'This is too large.',
  invalid: 'Something here isn’t valid. Check it and try again.',
  failed: 'Something went wrong on our side.',
  partly: 'Some of this couldn’t be loaded.',
  taskGone: 'This task was deleted elsewhere.',
  loading: 'This couldn’t be loaded',
  retry: 'Try again',
};
