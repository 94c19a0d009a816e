import { useLayoutEffect, useState, type RefObject } from 'react';
import type { Row } from '@/components/tasks/list/rows';
import type { Shown } from '@/lib/drawn';
import { ListWindow } from '@/lib/list-window';
import type { Store } from '@/lib/store';

/** Says what of a list is to be drawn, wherever it is scrolled to. */
export function useListWindow(list: RefObject<HTMLElement | null>, rows: readonly Row[], shown: Store<Shown>): ListWindow {
  const [window] = useState(() => new ListWindow(rows, shown));
  useLayoutEffect(() => {
    const inner = list.current;
    const outer = inner?.closest<HTMLElement>('[data-scroller]');
    return inner && outer ? window.attach(outer, inner) : undefined;
  }, [window, list]);
  useLayoutEffect(() => window.drawn(rows));
  return window;
}
