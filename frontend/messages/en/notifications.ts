import { plural } from '@/messages/en/plural';

/** What people read among their notifications, in English. */
export const notifications = {
  show: 'Show',
  all: 'All',
  onlyUnread: 'Unread',
  readAll: 'Mark all as read',
  markRead: 'Mark as read',
  remove: 'Delete the notification',
  complete: 'Complete',
  snooze: 'Snooze 1 hour',
  snoozeTask: (title: string) => `Snooze 1 hour: “${title}”`,
  kinds: {
    reminder: 'Reminder',
    reminder_failed: 'A reminder couldn’t be delivered',
    webhook_off: 'A webhook was switched off because it failed too often',
  },
  came: (title: string, more: number) => `Reminder: ${title}${more === 0 ? '' : ` (and ${more} more)`}`,
  open: 'Open',
  dismiss: 'Dismiss',
  goneTask: 'A deleted task',
  toWebhooks: 'See its deliveries',
  unread: (count: number) => plural(count, 'unread notification', 'unread notifications'),
  isUnread: 'Unread',
  empty: { title: 'Nothing new', text: 'Reminders, and any problems with them, appear here.' },
};
