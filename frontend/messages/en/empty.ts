/** What people read in a list without tasks, in English. */
export const empty = {
  all: { title: 'Nothing to do', text: 'Add your first task and it will show up here.' },
  examples: {
    title: 'Or start with an example',
    lines: [
      'Call Ann tomorrow 9am #family',
      'Pay rent every month on the last day !high',
      'Dentist next Tuesday at 14:00 remind me 1 hour before',
    ],
  },
  today: { title: 'All done for today', text: 'Nothing is due. Enjoy it, or see what’s coming up.' },
  upcoming: { title: 'Nothing coming up', text: 'Tasks with a date in the future appear here, day by day.' },
  inbox: { title: 'The inbox is empty', text: 'Tasks without a project wait here to be sorted.' },
  project: { title: 'No open tasks', text: 'Tasks you add here go into this project.' },
  tag: { title: 'No open tasks', text: 'No open task has this tag.' },
};
