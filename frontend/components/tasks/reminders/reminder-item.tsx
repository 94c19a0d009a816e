'use client';

import { AlarmClock, CircleHelp, X, type IconNode } from 'lucide';
import { useState } from 'react';
import { Why } from '@/components/tasks/reminders/why';
import { Button } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import type { Reminder, Schemas } from '@/lib/api';
import { useData } from '@/lib/data-provider';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { useClock } from '@/lib/tasks/provider';
import { instantInWords, lengthInWords } from '@/lib/tasks/reminders';
import { snooze } from '@/lib/tasks/snooze';
import { addDays } from '@/lib/time/day';
import { instantOf } from '@/lib/time/instant';

type Props = {
  taskId: string;
  reminder: Reminder;
  /** When it comes. */
  words: string;
  onRemove: () => void;
};

const text = dialogsMessages.reminders;
/** In minutes. */
const SNOOZES = [10, 60];

/** A reminder, and what can be done about it. */
export function ReminderItem({ taskId, reminder, words, onRemove }: Props) {
  const clock = useClock();
  const [open, setOpen] = useState<'snooze' | 'why' | null>(null);
  const toggle = (what: 'snooze' | 'why') => () => setOpen(open === what ? null : what);
  return (
    <li className="rounded-md bg-hover/60">
      <div className="flex min-h-9 items-center gap-0.5 pr-1 pl-2.5">
        <span className="min-w-0 flex-1">
          {words}
          {reminder.snoozed_until ? (
            <span className="block text-xs text-muted">{text.snoozedUntil(instantInWords(reminder.snoozed_until, clock))}</span>
          ) : null}
        </span>
        <Act icon={AlarmClock} label={`${text.snooze}: ${words}`} isOpen={open === 'snooze'} onClick={toggle('snooze')} />
        <Act icon={CircleHelp} label={`${text.why} ${words}`} isOpen={open === 'why'} onClick={toggle('why')} />
        <Act icon={X} label={text.remove(words)} onClick={onRemove} />
      </div>
      {open === 'snooze' ? <Snooze taskId={taskId} reminderId={reminder.id} onDone={() => setOpen(null)} /> : null}
      {open === 'why' ? <Why reminderId={reminder.id} /> : null}
    </li>
  );
}

function Act({ icon, label, isOpen, onClick }: { icon: IconNode; label: string; isOpen?: boolean; onClick: () => void }) {
  return (
    <Button variant="ghost" size="icon" className="size-7" aria-label={label} title={label} aria-expanded={isOpen} onClick={onClick}>
      <Icon of={icon} className="size-3.5" />
    </Button>
  );
}

function Snooze({ taskId, reminderId, onDone }: { taskId: string; reminderId: string; onDone: () => void }) {
  const data = useData();
  const { today, zone } = useClock();
  const until = (when: Schemas['Snooze']) => () => {
    void snooze(data, taskId, reminderId, when);
    onDone();
  };
  return (
    <div className="flex flex-wrap gap-1 px-1.5 pb-1.5">
      {SNOOZES.map((minutes) => (
        <Button key={minutes} size="small" className="h-7!" onClick={until({ minutes })}>
          {text.snoozeFor(lengthInWords(minutes))}
        </Button>
      ))}
      <Button size="small" className="h-7!" onClick={until({ until: instantOf(`${addDays(today, 1)}T09:00:00`, zone) })}>
        {text.snoozeUntilTomorrow}
      </Button>
    </div>
  );
}
