'use client';

import { clsx } from 'clsx/lite';
import { Inbox, ListTodo, Menu, Plus, Sun } from 'lucide';
import { usePathname } from 'next/navigation';
import { AppLink } from '@/components/ui/app-link';
import { Icon, type IconNode } from '@/components/ui/icon';
import { runCommand } from '@/lib/commands';
import { messages } from '@/lib/messages';
import { openPanel } from '@/lib/panels';

const text = messages.nav;
const itemClass = 'flex h-14 flex-1 flex-col items-center justify-center gap-1 text-[0.6875rem]';

/** What a thumb can reach. */
export function BottomBar() {
  return (
    <nav aria-label={text.label} className="flex border-t bg-sidebar pb-[env(safe-area-inset-bottom)] md:hidden">
      <Tab href="/dashboard" label={text.all} icon={ListTodo} />
      <Tab href="/today" label={text.today} icon={Sun} />
      <div className="grid flex-1 place-items-center">
        <button
          type="button"
          aria-label={messages.composer.newTask}
          onClick={() => runCommand('new-task', 'quick-add')}
          className="grid size-11 place-items-center rounded-full bg-accent text-on-accent shadow-raised"
        >
          <Icon of={Plus} className="size-5" />
        </button>
      </div>
      <Tab href="/inbox" label={text.inbox} icon={Inbox} />
      <button type="button" onClick={() => openPanel.set('menu')} className={clsx(itemClass, 'text-muted')}>
        <Icon of={Menu} className="size-5" />
        {text.menu}
      </button>
    </nav>
  );
}

function Tab({ href, label, icon }: { href: string; label: string; icon: IconNode }) {
  const isHere = usePathname() === href;
  return (
    <AppLink
      href={href}
      aria-current={isHere ? 'page' : undefined}
      className={clsx(itemClass, isHere ? 'font-medium text-accent' : 'text-muted')}
    >
      <Icon of={icon} className="size-5" />
      {label}
    </AppLink>
  );
}
