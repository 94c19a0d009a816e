'use client';

import { Keyboard, LogOut, Settings } from 'lucide';
import { useRouter } from 'next/navigation';
import { useState, type ReactNode } from 'react';
import { SignOutDialog } from '@/components/shell/sign-out-dialog';
import { Icon } from '@/components/ui/icon';
import { Menu, MenuItem, MenuLabel, MenuRadioGroup, MenuRadioItem, MenuSeparator } from '@/components/ui/menu';
import { unsaved } from '@/lib/announce';
import { useData } from '@/lib/data-provider';
import { messages } from '@/lib/messages';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { countAsked } from '@/lib/offline/asked';
import { pageUser } from '@/lib/page-user';
import { openPanel } from '@/lib/panels';
import { signOut } from '@/lib/session-over';
import { currentTheme, setTheme, type Theme } from '@/lib/theme';

type Props = { user: { name: string; email: string }; trigger: ReactNode };

const THEMES: readonly Theme[] = ['light', 'dark', 'system'];

export default function UserMenu({ user, trigger }: Props) {
  const router = useRouter();
  const data = useData();
  /** What has to be known first. */
  const [question, setQuestion] = useState<{ unsent: number; isOnline: boolean } | null>(null);
  const leave = async () => {
    const unsent = (await countAsked(data, pageUser())) + unsaved.get().length;
    if (unsent === 0 && navigator.onLine) signOut();
    else setQuestion({ unsent, isOnline: navigator.onLine });
  };
  return (
    <>
      <Menu trigger={trigger} defaultOpen>
        <MenuLabel>
          {dialogsMessages.header.signedInAs}
          <span className="block max-w-60 truncate text-sm font-medium text-foreground">{user.name}</span>
          <span className="block max-w-60 truncate">{user.email}</span>
        </MenuLabel>
        <MenuSeparator />
        <MenuLabel>{dialogsMessages.theme.label}</MenuLabel>
        <MenuRadioGroup defaultValue={currentTheme()} onValueChange={(value) => setTheme(value as Theme)}>
          {THEMES.map((theme) => (
            <MenuRadioItem key={theme} value={theme}>
              {dialogsMessages.theme[theme]}
            </MenuRadioItem>
          ))}
        </MenuRadioGroup>
        <MenuSeparator />
        <MenuItem onSelect={() => router.push('/settings')}>
          <Icon of={Settings} />
          {messages.nav.settings}
        </MenuItem>
        <MenuItem onSelect={() => openPanel.set('help')}>
          <Icon of={Keyboard} />
          {dialogsMessages.header.shortcuts}
        </MenuItem>
        <MenuItem onSelect={() => void leave()}>
          <Icon of={LogOut} />
          {dialogsMessages.header.signOut}
        </MenuItem>
      </Menu>
      {question ? <SignOutDialog {...question} onStay={() => setQuestion(null)} /> : null}
    </>
  );
}
