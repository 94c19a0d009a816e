'use client';

import { clsx } from 'clsx';
import { Popover as Primitive } from 'radix-ui';
import type { ReactNode, RefObject } from 'react';

type Props = {
  /** What it belongs to: it opens beside it, and gives the focus back to it. */
  anchor: HTMLElement;
  label: string;
  onClose: () => void;
  className?: string;
  children: ReactNode;
};

/** Beside something that was pressed, until something else is. */
export function Popover({ anchor, label, onClose, className, children }: Props) {
  const reference: RefObject<HTMLElement> = { current: anchor };
  return (
    <Primitive.Root open onOpenChange={(open) => !open && onClose()}>
      <Primitive.Anchor virtualRef={reference} />
      <Primitive.Portal>
        <Primitive.Content
          aria-label={label}
          align="start"
          sideOffset={6}
          collisionPadding={10}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            if (anchor.isConnected) anchor.focus({ preventScroll: true });
          }}
          className={clsx(
            'z-50 max-h-(--radix-popover-content-available-height) animate-pop-in overflow-y-auto',
            'rounded-card border bg-raised shadow-raised focus-visible:outline-none',
            className,
          )}
        >
          {children}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
