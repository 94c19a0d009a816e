'use client';

import { createPortal } from 'react-dom';
import { useElement } from '@/components/tasks/list/tools/use-element';
import type { RowHandlers } from '@/components/tasks/list/task-row';
import { Button } from '@/components/ui/button';
import { dialogsMessages } from '@/lib/messages/dialogs';
import type { Group } from '@/lib/tasks/groups';
import { MOST_AT_ONCE } from '@/lib/tasks/write';

const text = dialogsMessages.due;

type Props = { rowKey: string; group: Group; on: Pick<RowHandlers, 'pick'> };

/** What can be done with all tasks under a heading: those that are late get another day. */
export function HeadingTools({ rowKey, group: { tasks, isLate }, on }: Props) {
  const slot = useElement(`main [data-key="${CSS.escape(rowKey)}"] [data-tools]`);
  if (!slot || !isLate) return null;
  return createPortal(
    <Button
      variant="ghost"
      size="small"
      className="h-7! text-[0.8125rem]"
      onClick={(event) => on.pick('due', tasks.slice(0, MOST_AT_ONCE), event.currentTarget)}
    >
      {tasks.length > MOST_AT_ONCE ? text.rescheduleFirst(MOST_AT_ONCE) : text.reschedule}
    </Button>,
    slot,
  );
}
