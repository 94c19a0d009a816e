'use client';

import { listCommand } from '@/components/tasks/list/list-command';
import type { ListFocus } from '@/components/tasks/list/list-focus';
import { useCommands } from '@/lib/commands';
import { commandsMessages } from '@/lib/messages/commands';
import { isArranged, shifted, type Arrangement } from '@/lib/tasks/arrange';
import type { Group } from '@/lib/tasks/groups';
import { clearSelection, selection, toggleSelected } from '@/lib/tasks/selection';
import { MOST_AT_ONCE } from '@/lib/tasks/write';

type Props = { focus: ListFocus; groups: readonly Group[]; onArrange: (arrangement: Arrangement) => void };

const text = commandsMessages;

/** The keys that choose several tasks, and those that move one. */
export function SelectionCommands({ focus, groups, onArrange }: Props): null {
  const shift = (by: 1 | -1) => () => {
    const found = focus.current();
    if (!found) return;
    onArrange(shifted(groups, found.task, by));
    focusAgain(found.task.id);
  };
  const all = () => {
    const ids = groups.flatMap(({ tasks }) => tasks.map(({ id }) => id));
    selection.set(new Set(ids.slice(0, MOST_AT_ONCE)));
  };
  const moves = [
    listCommand('move-up', text.moveUp, 'alt+ArrowUp', shift(-1)),
    listCommand('move-down', text.moveDown, 'alt+ArrowDown', shift(1)),
  ];
  useCommands([
    listCommand('select', text.select, 's', () => {
      const found = focus.current();
      if (found) toggleSelected(found.task.id);
    }),
    { id: 'select-all', title: text.selectAll, keys: 'mod+a', group: 'anywhere', run: all },
    listCommand('clear-selection', text.clearSelection, 'Escape', clearSelection),
    ...(isArranged(groups) ? moves : []),
  ]);
  return null;
}

/** An element that is moved loses the focus. */
function focusAgain(id: string): void {
  requestAnimationFrame(() =>
    requestAnimationFrame(() =>
      document.querySelector<HTMLElement>(`main [data-task="${CSS.escape(id)}"] [data-title]`)?.focus({ preventScroll: true }),
    ),
  );
}
