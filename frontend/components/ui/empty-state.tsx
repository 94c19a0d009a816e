import type { ReactNode } from 'react';
import { Icon, type IconNode } from '@/components/ui/icon';

type Props = { icon: IconNode; title: string; text: string; children?: ReactNode };

/** What stands where a list would, and what to do about it. */
export function EmptyState({ icon, title, text, children }: Props) {
  return (
    <div className="mx-auto flex max-w-sm flex-col items-center gap-3 px-6 py-16 text-center">
      <span className="grid size-12 place-items-center rounded-full bg-selected text-accent">
        <Icon of={icon} className="size-6" strokeWidth={1.75} />
      </span>
      <h2 className="text-base font-semibold">{title}</h2>
      <p className="text-pretty text-muted">{text}</p>
      {children}
    </div>
  );
}
