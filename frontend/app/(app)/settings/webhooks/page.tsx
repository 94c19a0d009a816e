import type { Metadata } from 'next';
import { WebhookSettings } from '@/components/settings/webhook-settings';
import { settingsMessages } from '@/lib/messages/settings';

export const metadata: Metadata = { title: settingsMessages.tabs.webhooks };

export default function WebhookSettingsPage() {
  return <WebhookSettings />;
}
