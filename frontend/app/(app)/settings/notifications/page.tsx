import type { Metadata } from 'next';
import { ReminderSettings } from '@/components/settings/reminder-settings';
import { settingsMessages } from '@/lib/messages/settings';

export const metadata: Metadata = { title: settingsMessages.tabs.notifications };

export default function ReminderSettingsPage() {
  return <ReminderSettings />;
}
