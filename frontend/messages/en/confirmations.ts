import { plural } from '@/messages/en/plural';

/** What people read where something waits for their yes, in English. */
export const confirmations = {
  title: 'Waiting for your yes',
  waiting: (count: number) => `${plural(count, 'question waits', 'questions wait')} for your yes`,
  hint: 'What would take much off your list at once is done only when you have said yes to it here or in the conversation.',
  askedBy: {
    conversation: 'Asked in a conversation with the assistant',
    token: (name: string) => `Asked by a program with the token “${name}”`,
    goneToken: 'Asked by a program with a token that is gone',
    program: 'Asked by a program in your name',
  },
  until: (when: string) => `Good until ${when}`,
  openTask: (title: string) => `Open “${title}”`,
  changes: 'What would change',
  showAll: (count: number) => `Show ${count} more`,
  andMore: (count: number) => `… and ${plural(count, 'task', 'tasks')} more`,
  yes: 'Yes, do it',
  no: 'No',
  done: 'Done',
  failed: 'It could not be done',
  refused: 'Nothing has changed',
  expired: 'It was too late for an answer; nothing has changed',
  askedAgain: 'By now it would do something else: look at it again',
  empty: { title: 'Nothing waits for you', text: 'When the assistant or a program would take many tasks off your list at once, it asks you here first.' },
};
