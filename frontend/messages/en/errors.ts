import { plural } from '@/messages/en/plural';

/** What people read when something was not carried out, in English. */
export const errors = {
  offline: 'You are offline. Try again when the network is back.',
  network: 'The server cannot be reached. Check the connection and try again.',
  unavailable: 'The service is busy or restarting. Try again in a moment.',
  tooManyRequests: (seconds: number) => `Too many requests. Try again in ${plural(seconds, 'second', 'seconds')}.`,
  signedOut: 'Your session is over. Sign in again.',
  forbidden: 'You may not do this.',
  notFound: 'This does not exist, or no longer.',
  conflict: 'This does not fit what is there now.',
  stale: 'This was changed elsewhere meanwhile.',
  tooLarge: 'This is too large.',
  invalid: 'Something in this is not as it has to be.',
  failed: 'Something went wrong on our side.',
  partly: 'Some of this couldn’t be loaded.',
  taskGone: 'This task was deleted elsewhere.',
  loading: 'This could not be loaded',
  retry: 'Try again',
};
