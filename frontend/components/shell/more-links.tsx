'use client';

import { ChartColumn, CircleCheck, History, Settings, Trash2 } from 'lucide';
import { usePathname, useSearchParams } from 'next/navigation';
import { NavLink } from '@/components/shell/nav-link';
import { messages } from '@/lib/messages';
import { viewsMessages } from '@/lib/messages/views';

const text = messages.nav;

/** Where one goes more rarely: it comes when everything else is there. */
export default function MoreLinks() {
  const path = usePathname();
  const asked = useSearchParams();
  const isOfCompleted = path === '/search' && asked.get('status') === 'completed';
  return (
    <>
      <NavLink
        href="/search?status=completed&sort=updated_at"
        label={viewsMessages.view.completed}
        icon={CircleCheck}
        isCurrent={isOfCompleted}
      />
      <NavLink href="/statistics" label={text.statistics} icon={ChartColumn} />
      <NavLink href="/history" label={text.history} icon={History} />
      <NavLink href="/trash" label={text.trash} icon={Trash2} />
      <NavLink href="/settings" label={text.settings} icon={Settings} isCurrent={path.startsWith('/settings')} />
    </>
  );
}
