'use client';

import { usePathname, useSearchParams } from 'next/navigation';
import { BoxedComposer } from '@/components/tasks/boxed-composer';
import { Dialog } from '@/components/ui/dialog';
import { announceProblem, announceUnsaved } from '@/lib/announce';
import { messages } from '@/lib/messages';
import { openPanel } from '@/lib/panels';
import { begunLine, openQuickAdd } from '@/lib/quick-add';
import { useStore } from '@/lib/store';
import { shownDay } from '@/lib/tasks/calendar';
import { useClock } from '@/lib/tasks/provider';
import type { Outcome } from '@/lib/tasks/write-task';
import type { Day } from '@/lib/time/day';
import { formatDay } from '@/lib/time/format';

/** On a phone it is within reach of the thumbs, and what was understood stands above the keys. */
const SHEET =
  'max-sm:inset-x-0 max-sm:top-auto max-sm:bottom-0 max-sm:max-w-none max-sm:animate-slide-up max-sm:rounded-b-none ' +
  'max-sm:pb-[calc(1.25rem+env(safe-area-inset-bottom))]';

/** A task from anywhere. From the calendar it is for the day that is shown there, unless the line says otherwise. */
export default function QuickAdd({ onClose }: { onClose: () => void }) {
  const begun = useStore(begunLine);
  const day = useDayOfCalendar();
  const send = (line: string, sending: Promise<Outcome>) => {
    onClose();
    void sending.then((outcome) => outcome.ok || bringBack(line, outcome));
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={messages.composer.newTask}
      description={day === null ? undefined : formatDay(day, 'heading')}
      className={`max-w-xl ${SHEET}`}
    >
      <BoxedComposer
        begun={begun}
        defaults={day === null ? {} : { due: { kind: 'date', date: day } }}
        onSend={send}
        className="-mx-3 mt-3 -mb-2 max-sm:flex-col-reverse sm:-mx-5"
      />
    </Dialog>
  );
}

/** What was refused stands in the field once more, unless somebody is elsewhere by then. */
function bringBack(line: string, { message, again }: Extract<Outcome, { ok: false }>): void {
  if (openPanel.get() === null) openQuickAdd({ line, error: message, again });
  else if (again) announceUnsaved(message, () => void again().then((outcome) => outcome.ok || bringBack(line, outcome)));
  else announceProblem(message);
}

function useDayOfCalendar(): Day | null {
  const { today } = useClock();
  const wanted = useSearchParams().get('day');
  return usePathname() === '/calendar' ? shownDay(wanted, today) : null;
}
