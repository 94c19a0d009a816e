import type { Metadata } from 'next';
import { TokenSettings } from '@/components/settings/token-settings';
import { env } from '@/lib/env';
import { settingsMessages } from '@/lib/messages/settings';

export const metadata: Metadata = { title: settingsMessages.tabs.tokens };

export default function TokenSettingsPage() {
  return <TokenSettings appUrl={env().APP_URL} />;
}
