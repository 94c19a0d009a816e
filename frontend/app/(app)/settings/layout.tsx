import type { ReactNode } from 'react';
import { SettingsNav } from '@/components/settings/settings-nav';
import { Page } from '@/components/ui/page';
import { messages } from '@/lib/messages';

export default function SettingsLayout({ children }: { children: ReactNode }) {
  return (
    <Page title={messages.nav.settings}>
      <SettingsNav />
      <div className="mt-6 grid gap-10">{children}</div>
    </Page>
  );
}
