/** What people read in a list without tasks, in English. */
export const empty = {
  all: { title: 'Nothing to do', text: 'Add your first task, and it shows up here.' },
  examples: {
    title: 'Or start with an example',
    lines: [
      'Call Ann tomorrow 9am #family',
      'Pay rent every month on the last day !high',
      'Dentist next Tuesday at 14:00 remind me 1 hour before',
    ],
  },
  today: { title: 'All done for today', text: 'Nothing is due. Enjoy it, or look at what is coming up.' },
  upcoming: { title: 'Nothing coming up', text: 'Tasks with a date in the future appear here, day by day.' },
  inbox: { title: 'The inbox is empty', text: 'Tasks that belong to no project wait here to be sorted.' },
  project: { title: 'No open tasks', text: 'Add a task, and it belongs to this project.' },
  tag: { title: 'No open tasks', text: 'Nothing open carries this tag.' },
};
