import { plural } from '@/messages/en/plural';

/** What people read in the statistics, in English. */
export const statistics = {
  open: 'Open',
  dueToday: 'Due today or earlier',
  overdue: 'Overdue',
  completed: 'Completed',
  lastDays: 'Completed in the last 7 days',
  completedTasks: (count: number) => plural(count, 'task', 'tasks'),
  byPriority: 'Open by priority',
  byProject: 'Open by project',
  byTag: 'Open by tag',
  day: 'Day',
  tasks: 'Tasks',
};
