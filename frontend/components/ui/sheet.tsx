'use client';

import { clsx } from 'clsx/lite';
import { Dialog as Primitive } from 'radix-ui';
import type { ReactNode } from 'react';
import { Cover } from '@/components/ui/cover';
import { exceptToasts } from '@/components/ui/except-toasts';
import { focusItself } from '@/components/ui/focus-itself';

const SIDES = {
  left: 'inset-y-0 left-0 w-72 max-w-[85vw] animate-fade-in border-r',
  right: 'inset-y-0 right-0 w-full animate-slide-in border-l sm:max-w-[30rem]',
} as const;

type Props = {
  isOpen: boolean;
  onClose: () => void;
  /** For screen readers; what is seen stands in `children`. */
  title: string;
  side: keyof typeof SIDES;
  /** Whether what is in it offers keys of its own: see `lib/commands.ts`. */
  hasKeys?: boolean;
  className?: string;
  children: ReactNode;
};

/** A page that slides over the page. */
export function Sheet({ isOpen, onClose, title, side, hasKeys, className, children }: Props) {
  return (
    <Primitive.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Primitive.Portal>
        <Cover />
        <Primitive.Content
          aria-describedby={undefined}
          data-keys={hasKeys}
          onInteractOutside={exceptToasts}
          // The page itself, not its first button: nobody has come for that.
          onOpenAutoFocus={focusItself}
          className={clsx('fixed z-50 flex flex-col bg-background pb-[env(safe-area-inset-bottom)] shadow-raised focus-visible:outline-none', SIDES[side], className)}
        >
          <Primitive.Title className="sr-only">{title}</Primitive.Title>
          {children}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
