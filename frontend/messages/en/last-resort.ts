/** What people read where not even the layout could be drawn, in English. */
export const lastResort = {
  locale: 'en-GB',
  text: 'Something broke. Your data is safe.',
  retry: 'Try again',
};
