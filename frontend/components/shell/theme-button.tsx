'use client';

import { Moon, SunMedium } from 'lucide';
import { Button } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { setTheme } from '@/lib/theme';

function isDark(): boolean {
  const { theme } = document.documentElement.dataset;
  return theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
}

/** From light to dark and back. The menu knows a third. */
export function ThemeButton() {
  return (
    <Button
      variant="ghost"
      size="icon"
      aria-label={dialogsMessages.header.theme}
      onClick={() => setTheme(isDark() ? 'light' : 'dark')}
    >
      {/* Which one is seen, the style sheet decides: the server does not know the system's. */}
      <Icon of={SunMedium} className="hidden size-4 dark:block" />
      <Icon of={Moon} className="size-4 dark:hidden" />
    </Button>
  );
}
