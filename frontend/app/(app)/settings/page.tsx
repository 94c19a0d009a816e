import type { Metadata } from 'next';
import { AccountSettings } from '@/components/settings/account-settings';
import { MIN_PASSWORD_LENGTH } from '@/lib/auth/password';
import { messages } from '@/lib/messages';
import { requireUser } from '@/lib/session';

export const metadata: Metadata = { title: messages.nav.settings };

export default async function AccountPage() {
  const { id, name, email } = await requireUser();
  return <AccountSettings user={{ id, name, email }} minPasswordLength={MIN_PASSWORD_LENGTH} />;
}
