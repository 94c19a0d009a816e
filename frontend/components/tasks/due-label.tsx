import { clsx } from 'clsx/lite';
import { Globe, Repeat } from 'lucide';
import { Icon } from '@/components/ui/icon';
import type { Task } from '@/lib/api';
import { messages } from '@/lib/messages';
import { dueMoment, isOverdue, type Clock } from '@/lib/tasks/due';
import { relativeMoment } from '@/lib/time/format';

type Props = {
  task: Pick<Task, 'due' | 'due_at' | 'completed'>;
  clock: Clock;
  /** Says that it comes again, where nothing else does. */
  repeats?: boolean;
};

/** When a task is due, in words. */
export function DueLabel({ task, clock, repeats = false }: Props) {
  const moment = dueMoment(task, clock.zone);
  if (!moment) return null;
  const isLate = !task.completed && isOverdue(task.due, clock);
  const isToday = moment.day === clock.today;
  const late = isLate ? messages.groups.overdue : null;
  const elsewhere = task.due?.kind === 'zoned' && task.due.zone !== clock.zone ? task.due.zone : null;
  return (
    <span
      className={clsx('inline-flex items-center gap-1', isLate ? 'text-danger' : isToday ? 'text-accent' : 'text-muted')}
      title={[late, elsewhere].filter(Boolean).join(', ') || undefined}
    >
      {repeats ? <Icon of={Repeat} aria-label={messages.task.repeats} className="size-3" /> : null}
      {late ? <span className="sr-only">{late}</span> : null}
      {relativeMoment(moment.day, moment.time, clock)}
      {elsewhere ? <Icon of={Globe} aria-label={elsewhere} className="size-3" /> : null}
    </span>
  );
}
