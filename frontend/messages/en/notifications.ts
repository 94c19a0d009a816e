import { plural } from '@/messages/en/plural';

/** What people read among their notifications, in English. */
export const notifications = {
  show: 'Show',
  all: 'All',
  onlyUnread: 'Unread',
  readAll: 'Mark all as read',
  markRead: 'Mark as read',
  remove: 'Delete the notification',
  kinds: {
    reminder: 'Reminder',
    reminder_failed: 'A reminder could not be delivered',
    webhook_off: 'A webhook was switched off, because it failed too often',
  },
  goneTask: 'A task that was deleted',
  toWebhooks: 'See its deliveries',
  unread: (count: number) => plural(count, 'unread notification', 'unread notifications'),
  isUnread: 'Unread',
  empty: { title: 'Nothing new', text: 'Reminders, and what went wrong with them, appear here.' },
};
