'use client';

import { useEffect, useMemo } from 'react';
import { showBadge } from '@/lib/app-badge';
import { messages } from '@/lib/messages';
import { countTasks } from '@/lib/tasks/counts';
import { useClock, useTasks } from '@/lib/tasks/provider';

/** As the view of the day is called by its page. */
const TITLE = `${messages.nav.today} · ${messages.app.name}`;

/** How much is due today or before, where it is seen without the app: on its icon, and in the tab of that view. */
export function DueCount() {
  const { byId } = useTasks();
  const clock = useClock();
  const { today } = useMemo(() => countTasks(byId, clock), [byId, clock]);
  useEffect(() => showBadge(today), [today]);
  useEffect(() => countInTitle(today), [today]);
  return null;
}

/** Whenever the title is that of the view: it is Next that changes it, and some time after the page. */
function countInTitle(count: number): (() => void) | undefined {
  if (count === 0) return undefined;
  const counted = `(${count}) ${TITLE}`;
  const put = () => {
    // A project may be called so, too.
    if (window.location.pathname === '/today' && document.title === TITLE) document.title = counted;
  };
  put();
  const observer = new MutationObserver(put);
  observer.observe(document.head, { subtree: true, childList: true, characterData: true });
  return () => {
    observer.disconnect();
    if (document.title === counted) document.title = TITLE;
  };
}
