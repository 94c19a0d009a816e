'use client';

import { BoxedComposer } from '@/components/tasks/boxed-composer';
import { Popover } from '@/components/ui/popover';
import { viewsMessages } from '@/lib/messages/views';
import type { Day } from '@/lib/time/day';
import { formatDay } from '@/lib/time/format';

/** A task for a day, where it was asked for. */
export default function AddOnDay({ day, anchor, onClose }: { day: Day; anchor: HTMLElement; onClose: () => void }) {
  const label = viewsMessages.calendar.addOn(formatDay(day, 'full'));
  return (
    <Popover anchor={anchor} label={label} onClose={onClose} className="w-80 max-w-[calc(100vw-1.5rem)] pt-3">
      <p className="px-4 pb-2 text-[0.8125rem] font-semibold">{formatDay(day, 'heading')}</p>
      <BoxedComposer defaults={{ due: { kind: 'date', date: day } }} />
    </Popover>
  );
}
