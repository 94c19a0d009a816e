import type { Metadata } from 'next';
import { DataSettings } from '@/components/settings/data-settings';
import { settingsMessages } from '@/lib/messages/settings';

export const metadata: Metadata = { title: settingsMessages.tabs.data };

export default function DataSettingsPage() {
  return <DataSettings />;
}
