import { notifications } from '@/messages/en/notifications';

export const notificationsMessages: typeof notifications = notifications;
