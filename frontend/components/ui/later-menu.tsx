'use client';

import { Ellipsis } from 'lucide';
import { Suspense, useState, type ReactNode } from 'react';
import { Button } from '@/components/ui/button';
import { Icon, type IconNode } from '@/components/ui/icon';

type Props = { label: string; icon?: IconNode; className?: string; load: () => Promise<unknown>; children: ReactNode };

/** The button of a menu that comes when somebody reaches for it. `children` is the menu, open at first. */
export function LaterMenu({ label, icon = Ellipsis, className, load, children }: Props) {
  const [isWanted, setIsWanted] = useState(false);
  const fetch = () => void load();
  const button = (
    <Button
      variant="ghost"
      size="icon"
      aria-label={label}
      aria-haspopup="menu"
      className={className}
      onPointerEnter={fetch}
      onFocus={fetch}
      onClick={() => setIsWanted(true)}
    >
      <Icon of={icon} className="size-4" />
    </Button>
  );
  return isWanted ? <Suspense fallback={button}>{children}</Suspense> : button;
}
