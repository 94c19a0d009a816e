import { startTransition, useLayoutEffect, useState, type RefObject } from 'react';
import type { Row } from '@/components/tasks/list/rows';
import type { Drawn } from '@/lib/drawn';

/** A row, and the element that it is drawn as. */
export type RowElement = { row: Row; element: HTMLElement };

/** What is drawn of a list, a moment later: rows that fly by need nothing yet. */
export function useRowElements(list: RefObject<HTMLElement | null>, drawn: readonly Drawn<Row>[]): readonly RowElement[] {
  const [rows, setRows] = useState<readonly RowElement[]>([]);
  useLayoutEffect(() => {
    const elements = new Map<string | undefined, HTMLElement>();
    for (const element of list.current?.querySelectorAll<HTMLElement>(':scope > [data-key]') ?? []) {
      elements.set(element.dataset.key, element);
    }
    startTransition(() =>
      setRows(
        drawn.flatMap(({ row }) => {
          const element = elements.get(row.key);
          return element ? [{ row, element }] : [];
        }),
      ),
    );
  }, [list, drawn]);
  return rows;
}
