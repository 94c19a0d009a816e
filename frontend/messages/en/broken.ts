/** What people read where there is no page, in English. */
export const broken = {
  notFoundTitle: 'There is nothing here',
  notFoundText: 'The address is wrong, or what was here is gone.',
  brokenTitle: 'Something broke',
  brokenText: 'This page could not be shown. Nothing of yours is lost.',
  home: 'Back to your tasks',
};
