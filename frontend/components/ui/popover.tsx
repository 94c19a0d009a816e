'use client';

import { clsx } from 'clsx/lite';
import { Popover as Primitive } from 'radix-ui';
import { useEffect, useState, type ReactNode, type RefObject } from 'react';
import { Cover } from '@/components/ui/cover';

type Props = {
  /** What it belongs to: it opens beside it, and gives the focus back to it. */
  anchor: HTMLElement;
  label: string;
  onClose: () => void;
  className?: string;
  children: ReactNode;
};

/** As wide as `max-sm` in the style sheet. */
const PHONE = '(width < 40rem)';

/** Beside something that was pressed, until something else is. On a phone it is a sheet at the bottom: see `globals.css`. */
export function Popover({ anchor, label, onClose, className, children }: Props) {
  const reference: RefObject<HTMLElement> = { current: anchor };
  const [content, setContent] = useState<HTMLElement | null>(null);
  const [isSheet] = useState(() => matchMedia(PHONE).matches);
  useKeyboardHeight(content);
  return (
    <Primitive.Root open modal={isSheet} onOpenChange={(open) => !open && onClose()}>
      <Primitive.Anchor virtualRef={reference} />
      {isSheet ? (
        <Primitive.Portal>
          <Cover />
        </Primitive.Portal>
      ) : null}
      <Primitive.Portal>
        <Primitive.Content
          ref={setContent}
          data-sheet
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
            'max-sm:max-h-[calc(85dvh_-_var(--keyboard-height,0px))] max-sm:w-full! max-sm:max-w-none max-sm:animate-slide-up max-sm:rounded-b-none',
            'max-sm:border-x-0 max-sm:border-b-0 max-sm:pb-[env(safe-area-inset-bottom)]',
            className,
          )}
        >
          {children}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

/** A phone's keyboard lies over the page: the style sheet is told how much of it. */
function useKeyboardHeight(content: HTMLElement | null): void {
  useEffect(() => {
    const { visualViewport: seen } = window;
    // What Radix places, and nothing more: whatever inherits it gets another style.
    const placed = content?.parentElement;
    if (!seen || !placed) return;
    const follow = () => {
      const height = Math.max(0, document.documentElement.clientHeight - seen.height - seen.offsetTop);
      placed.style.setProperty('--keyboard-height', `${height}px`);
    };
    follow();
    seen.addEventListener('resize', follow);
    seen.addEventListener('scroll', follow);
    return () => {
      seen.removeEventListener('resize', follow);
      seen.removeEventListener('scroll', follow);
    };
  }, [content]);
}
