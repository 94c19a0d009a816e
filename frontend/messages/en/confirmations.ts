import { plural } from '@/messages/en/plural';

/** What people read where something waits for their yes, in English. */
export const confirmations = {
  title: 'Needs your approval',
  waiting: (count: number) => `${plural(count, 'request needs', 'requests need')} your approval`,
  hint: 'Anything that would complete or delete many tasks at once needs your approval first, here or in the conversation.',
  askedBy: {
    conversation: 'Requested in a conversation with the assistant',
    token: (name: string) => `Requested by an app with the token “${name}”`,
    goneToken: 'Requested by an app with a deleted token',
    program: 'Requested by an app on your behalf',
  },
  until: (when: string) => `Expires: ${when}`,
  openTask: (title: string) => `Open “${title}”`,
  changes: 'What would change',
  showAll: (count: number) => `Show ${count} more`,
  andMore: (count: number) => `… and ${plural(count, 'task', 'tasks')} more`,
  yes: 'Yes, do it',
  no: 'No',
  done: 'Done',
  failed: 'This couldn’t be done',
  refused: 'Nothing was changed',
  expired: 'This request has expired. Nothing was changed.',
  askedAgain: 'Your tasks have changed since. Please review this again.',
  empty: { title: 'Nothing needs your approval', text: 'Before the assistant or an app completes or deletes many tasks at once, it asks you here.' },
};
