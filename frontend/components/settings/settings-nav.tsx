'use client';

import { clsx } from 'clsx/lite';
import { usePathname } from 'next/navigation';
import { AppLink } from '@/components/ui/app-link';
import { settingsMessages } from '@/lib/messages/settings';

const text = settingsMessages;

const TABS = [
  ['/settings', text.tabs.account],
  ['/settings/notifications', text.tabs.notifications],
  ['/settings/webhooks', text.tabs.webhooks],
  ['/settings/tokens', text.tabs.tokens],
  ['/settings/data', text.tabs.data],
] as const;

/** On a phone not all of them have room. */
function reveal(tab: HTMLElement | null): void {
  tab?.scrollIntoView({ inline: 'nearest', block: 'nearest' });
}

/** The parts of the settings. */
export function SettingsNav() {
  const here = usePathname();
  return (
    <nav aria-label={text.parts} className="-mx-5 overflow-x-auto border-b px-5 sm:-mx-7 sm:px-7">
      <ul className="flex gap-1">
        {TABS.map(([href, label]) => (
          <li key={href} ref={here === href ? reveal : null}>
            <AppLink
              href={href}
              aria-current={here === href ? 'page' : undefined}
              className={clsx(
                '-mb-px flex h-10 items-center border-b-2 px-3 whitespace-nowrap',
                here === href ? 'border-accent font-medium' : 'border-transparent text-muted hover:text-foreground',
              )}
            >
              {label}
            </AppLink>
          </li>
        ))}
      </ul>
    </nav>
  );
}
