import type { ReactNode } from 'react';
import { Later } from '@/app/(app)/later';
import { Providers } from '@/app/(app)/providers';
import { AppShell } from '@/components/shell/app-shell';
import { env } from '@/lib/env';
import { loadInitial } from '@/lib/initial';
import { requireBearer, requireUser } from '@/lib/session';
import { inTurn } from '@/lib/turn';

export default async function AppLayout({ children }: { children: ReactNode }) {
  const { user, bearer, initial } = await inTurn(load);
  return (
    <Providers userId={bearer.userId} realtimeUrl={env().REALTIME_URL} now={now()} initial={initial}>
      {/* By this, what a page asks for is told from what another person's would. */}
      <div data-user={bearer.userId} className="group/app flex h-dvh">
        <AppShell user={{ name: user.name, email: user.email }}>{children}</AppShell>
        <Later userId={bearer.userId} chatKey={env().NEXT_PUBLIC_CHATKIT_DOMAIN_KEY ?? null} />
      </div>
    </Providers>
  );
}

async function load() {
  const [user, bearer] = await Promise.all([requireUser(), requireBearer()]);
  return { user, bearer, initial: await loadInitial(bearer) };
}

/** When the page was drawn: the browser begins with the same moment, and then looks at its own clock. */
function now(): number {
  return Date.now();
}
