'use client';

import { clsx } from 'clsx';
import { ChevronDown } from 'lucide';
import { Icon } from '@/components/ui/icon';
import type { Group } from '@/lib/tasks/groups';

type Props = { group: Group; isOpen: boolean; onToggle: (key: string) => void };

export function GroupHeading({ group, isOpen, onToggle }: Props) {
  const title = group.title ?? '';
  return (
    <h2 className="flex h-11 items-end pb-1.5">
      <button
        type="button"
        aria-expanded={isOpen}
        aria-label={title}
        onClick={() => onToggle(group.key)}
        className={clsx(
          'flex items-center gap-1.5 rounded px-1.5 text-[0.8125rem] font-semibold',
          group.isLate ? 'text-danger' : 'text-foreground',
        )}
      >
        <Icon of={ChevronDown} className={clsx('size-3.5 text-muted transition-transform', !isOpen && '-rotate-90')} />
        {title}
        <span className="font-normal text-muted tabular-nums">{group.tasks.length}</span>
      </button>
    </h2>
  );
}
