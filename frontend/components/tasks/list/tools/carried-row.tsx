import { GripVertical } from 'lucide';
import { Icon } from '@/components/ui/icon';
import type { Task } from '@/lib/api';

/** A task under the pointer that carries it, and how many come along. */
export function CarriedRow({ task, others }: { task: Task; others: number }) {
  return (
    <div className="flex h-10 max-w-md cursor-grabbing items-center gap-2 rounded-control border bg-raised px-3 shadow-raised">
      <Icon of={GripVertical} className="size-3.5 shrink-0 text-muted" />
      <span className="truncate">{task.title}</span>
      {others > 0 ? <span className="shrink-0 rounded-full bg-accent px-1.5 text-xs text-on-accent">+{others}</span> : null}
    </div>
  );
}
