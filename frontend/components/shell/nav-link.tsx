'use client';

import { clsx } from 'clsx/lite';
import { usePathname } from 'next/navigation';
import { AppLink } from '@/components/ui/app-link';
import { Icon, type IconNode } from '@/components/ui/icon';
import { closePanel } from '@/lib/panels';
import { messages } from '@/lib/messages';

type Props = {
  href: string;
  label: string;
  icon: IconNode;
  /** Of the icon, if it says something. */
  color?: string | null;
  count?: number;
  /** Where its address alone does not say whether this is the page. */
  isCurrent?: boolean;
};

export function NavLink({ href, label, icon, color, count = 0, isCurrent }: Props) {
  const path = usePathname();
  const isHere = isCurrent ?? decodeURIComponent(path) === decodeURIComponent(href);
  return (
    <AppLink
      href={href}
      onClick={closePanel}
      aria-current={isHere ? 'page' : undefined}
      className={clsx(
        'flex h-9 items-center gap-2.5 rounded-control px-2.5 transition-colors data-over:outline-2 data-over:outline-accent md:h-8 touch',
        isHere ? 'bg-selected font-medium text-foreground' : 'text-muted hover:bg-hover hover:text-foreground',
      )}
    >
      <Icon of={icon} className={clsx('size-4 shrink-0', isHere && !color && 'text-accent')} style={color ? { color } : undefined} />
      <span className="min-w-0 flex-1 truncate">{label}</span>
      {count > 0 ? (
        <span className="text-xs text-muted tabular-nums">
          <span aria-hidden>{count}</span>
          <span className="sr-only">{messages.nav.openTasks(count)}</span>
        </span>
      ) : null}
    </AppLink>
  );
}
