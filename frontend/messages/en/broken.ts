/** What people read where there is no page, in English. */
export const broken = {
  notFoundTitle: 'There’s nothing here',
  notFoundText: 'The address is wrong, or this was deleted.',
  brokenTitle: 'Something broke',
  brokenText: 'This page couldn’t be shown. Your data is safe.',
  home: 'Back to your tasks',
};
