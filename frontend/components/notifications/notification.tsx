'use client';

import { clsx } from 'clsx/lite';
import { AlarmClock, AlarmClockOff, Check, Trash2, Webhook } from 'lucide';
import { useRef, type RefObject } from 'react';
import { AppLink } from '@/components/ui/app-link';
import { Button } from '@/components/ui/button';
import { Icon, type IconNode } from '@/components/ui/icon';
import type { Schemas } from '@/lib/api';
import { useData } from '@/lib/data-provider';
import { messages } from '@/lib/messages';
import { notificationsMessages } from '@/lib/messages/notifications';
import { openTask } from '@/lib/open-task';
import { useClock, useTasks } from '@/lib/tasks/provider';
import { snooze } from '@/lib/tasks/snooze';
import { completion } from '@/lib/tasks/write';
import { writeTask } from '@/lib/tasks/write-task';
import { momentInWords } from '@/lib/time/format';

const text = notificationsMessages;
const SNOOZE_MINUTES = 60;

const ICONS: Record<Schemas['NotificationKind'], IconNode> = {
  reminder: AlarmClock,
  reminder_failed: AlarmClockOff,
  webhook_off: Webhook,
};

type Props = { item: Schemas['NotificationItem']; onRead: () => void; onRemove: () => void };

export function Notification({ item, onRead, onRemove }: Props) {
  const clock = useClock();
  const subject = useRef<HTMLButtonElement>(null);
  const isUnread = !item.read_at;
  const see = () => {
    if (isUnread) onRead();
  };
  return (
    <li className="group/row flex items-start gap-3 py-3">
      <span className={clsx('relative mt-0.5 grid size-8 shrink-0 place-items-center rounded-full', isUnread ? 'bg-selected text-accent' : 'bg-hover text-muted')}>
        <Icon of={ICONS[item.kind]} className="size-4" />
        {isUnread ? <span role="img" aria-label={text.isUnread} className="absolute -top-0.5 -right-0.5 size-2.5 rounded-full bg-accent ring-2 ring-background" /> : null}
      </span>
      <div className="min-w-0 flex-1">
        <Subject ref={subject} item={item} isUnread={isUnread} onSeen={see} />
        <p className="mt-0.5 flex flex-wrap gap-x-3 text-xs text-muted">
          <span>{text.kinds[item.kind]}</span>
          <time dateTime={item.at}>{momentInWords(item.at, clock)}</time>
        </p>
        <Acts item={item} subject={subject} onSeen={see} />
      </div>
      {isUnread ? (
        <Button variant="ghost" size="icon" aria-label={text.markRead} title={text.markRead} onClick={onRead}>
          <Icon of={Check} className="size-4" />
        </Button>
      ) : null}
      <Button variant="ghost" size="icon" aria-label={text.remove} title={text.remove} onClick={onRemove}>
        <Icon of={Trash2} className="size-4" />
      </Button>
    </li>
  );
}

type PartProps = { item: Props['item']; onSeen: () => void };

function Subject({ ref, item, isUnread, onSeen }: PartProps & { ref: RefObject<HTMLButtonElement | null>; isUnread: boolean }) {
  const look = clsx('rounded text-left break-words', isUnread && 'font-medium');
  const { task_id: taskId, task_title: title } = item;
  if (item.kind === 'webhook_off') {
    return (
      <AppLink href="/settings/webhooks" className={clsx(look, 'text-accent hover:underline')}>
        {text.toWebhooks}
      </AppLink>
    );
  }
  if (!taskId || !title) return <p className="text-muted">{text.goneTask}</p>;
  const open = () => {
    openTask(taskId);
    onSeen();
  };
  return (
    <button ref={ref} type="button" onClick={open} className={clsx(look, 'hover:underline')}>
      {title}
    </button>
  );
}

/** What can be done at once about a task that is open still. */
function Acts({ item, subject, onSeen }: PartProps & { subject: RefObject<HTMLButtonElement | null> }) {
  const data = useData();
  const task = useTasks().byId.get(item.task_id ?? '');
  if (!task || task.completed) return null;
  const reminder = task.reminders.find(({ id }) => id === item.reminder_id);
  const complete = () => {
    // The buttons go.
    subject.current?.focus();
    void writeTask(data, completion(task.id, true));
    onSeen();
  };
  return (
    <div className="mt-1.5 flex flex-wrap gap-1.5">
      <Button size="small" aria-label={messages.list.completeTask(task.title)} onClick={complete}>
        {text.complete}
      </Button>
      {reminder ? (
        <Button
          size="small"
          aria-label={text.snoozeTask(task.title)}
          onClick={() => {
            void snooze(data, task.id, reminder.id, { minutes: SNOOZE_MINUTES });
            onSeen();
          }}
        >
          {text.snooze}
        </Button>
      ) : null}
    </div>
  );
}
