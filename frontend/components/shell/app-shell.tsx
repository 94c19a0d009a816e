import type { ReactNode } from 'react';
import { BottomBar } from '@/components/shell/bottom-bar';
import { HeaderLater } from '@/components/shell/header-later';
import { SearchButton } from '@/components/shell/search-button';
import { Sidebar } from '@/components/shell/sidebar';
import { UserButton } from '@/components/shell/user-button';
import { initials } from '@/lib/initials';
import { messages } from '@/lib/messages';

type Props = { user: { name: string; email: string }; children: ReactNode };

/** What surrounds every view. */
export function AppShell({ user, children }: Props) {
  return (
    // On a phone the assistant lies over all of it: then there is nothing here to be reached.
    <div className="flex h-full min-w-0 flex-1 max-sm:group-has-[#assistant]/app:invisible">
      <a
        href="#content"
        className="sr-only z-50 rounded-control bg-accent text-on-accent focus:not-sr-only focus:absolute focus:top-2 focus:left-2 focus:px-3 focus:py-2"
      >
        {messages.app.skipToContent}
      </a>
      <aside className="hidden w-60 shrink-0 border-r bg-sidebar md:block">
        <Sidebar />
      </aside>
      <div className="flex min-w-0 flex-1 flex-col">
        <header className="flex h-13 shrink-0 items-center gap-1.5 px-3 sm:px-5">
          <div className="flex flex-1">
            <SearchButton />
          </div>
          <HeaderLater />
          <UserButton user={user} letters={initials(user.name)} />
        </header>
        <main id="content" tabIndex={-1} className="min-h-0 flex-1 focus-visible:outline-none">
          {children}
        </main>
        <BottomBar />
      </div>
    </div>
  );
}
