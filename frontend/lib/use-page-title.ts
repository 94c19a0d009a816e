import { useLayoutEffect } from 'react';
import { messages } from '@/lib/messages';

/**
 * The title of a page that is called by something that the browser knows and the server would have to ask for: a
 * project may get another name while it is open, too. What Next writes there, maybe later, gives way as long as the
 * page is there.
 */
export function usePageTitle(name: string): void {
  // Before the next page is drawn it is over: nothing of this may overwrite that one's title.
  useLayoutEffect(() => {
    const title = `${name} · ${messages.app.name}`;
    const write = () => {
      const element = document.head.querySelector('title');
      if (element && element.textContent !== title) element.textContent = title;
    };
    write();
    const watching = new MutationObserver(write);
    watching.observe(document.head, { subtree: true, childList: true, characterData: true });
    return () => watching.disconnect();
  }, [name]);
}
