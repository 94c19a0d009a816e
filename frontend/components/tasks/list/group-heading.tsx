'use client';

import { clsx } from 'clsx/lite';
import { ChevronDown } from 'lucide';
import { Icon } from '@/components/ui/icon';
import type { Group } from '@/lib/tasks/groups';

type Props = { group: Group; isOpen: boolean; onToggle: (key: string) => void };

export function GroupHeading({ group, isOpen, onToggle }: Props) {
  const title = group.title ?? '';
  const count = group.tasks.length;
  return (
    <div className={clsx('group/row relative flex items-end justify-between pb-1.5 pointer-coarse:pb-0.5', count > 0 ? 'h-11' : 'h-9')}>
      <h2 className="text-[0.8125rem]">
        {count > 0 ? (
          <button
            type="button"
            aria-expanded={isOpen}
            aria-label={title}
            onClick={() => onToggle(group.key)}
            className={clsx(
              'flex items-center gap-1.5 rounded px-1.5 font-semibold touch',
              group.isLate ? 'text-danger' : 'text-foreground',
            )}
          >
            <Icon of={ChevronDown} className={clsx('size-3.5 text-muted transition-transform', !isOpen && '-rotate-90')} />
            {title}
            <span className="font-normal text-muted tabular-nums">{count}</span>
          </button>
        ) : (
          <span className="pl-6.5 text-muted">{title}</span>
        )}
      </h2>
      {/* What can be done with all of them, and the line where something would be put, come with `list/tools`. */}
      <span data-tools className={clsx('flex h-5 items-center', count > 0 && 'pointer-coarse:h-10')} />
    </div>
  );
}
