'use client';

import { clsx } from 'clsx';
import { AlarmClock, AlarmClockOff, Check, Trash2, Webhook } from 'lucide';
import { AppLink } from '@/components/ui/app-link';
import { Button } from '@/components/ui/button';
import { Icon, type IconNode } from '@/components/ui/icon';
import type { Schemas } from '@/lib/api';
import { notificationsMessages } from '@/lib/messages/notifications';
import { openTask } from '@/lib/open-task';
import { useClock } from '@/lib/tasks/provider';
import { momentInWords } from '@/lib/time/format';

const text = notificationsMessages;

const ICONS: Record<Schemas['NotificationKind'], IconNode> = {
  reminder: AlarmClock,
  reminder_failed: AlarmClockOff,
  webhook_off: Webhook,
};

type Props = { item: Schemas['NotificationItem']; onRead: () => void; onRemove: () => void };

export function Notification({ item, onRead, onRemove }: Props) {
  const clock = useClock();
  const isUnread = !item.read_at;
  return (
    <li className="group/row flex items-start gap-3 py-3">
      <span className={clsx('relative mt-0.5 grid size-8 shrink-0 place-items-center rounded-full', isUnread ? 'bg-selected text-accent' : 'bg-hover text-muted')}>
        <Icon of={ICONS[item.kind]} className="size-4" />
        {isUnread ? <span role="img" aria-label={text.isUnread} className="absolute -top-0.5 -right-0.5 size-2.5 rounded-full bg-accent ring-2 ring-background" /> : null}
      </span>
      <div className="min-w-0 flex-1">
        <Subject item={item} isUnread={isUnread} onRead={onRead} />
        <p className="mt-0.5 flex flex-wrap gap-x-3 text-xs text-muted">
          <span>{text.kinds[item.kind]}</span>
          <time dateTime={item.at}>{momentInWords(item.at, clock)}</time>
        </p>
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

function Subject({ item, isUnread, onRead }: { item: Props['item']; isUnread: boolean; onRead: () => void }) {
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
    if (isUnread) onRead();
  };
  return (
    <button type="button" onClick={open} className={clsx(look, 'hover:underline')}>
      {title}
    </button>
  );
}
