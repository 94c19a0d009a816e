'use client';

import { clsx } from 'clsx/lite';
import { X } from 'lucide';
import { Dialog as Primitive } from 'radix-ui';
import type { ReactNode } from 'react';
import { buttonClass } from '@/components/ui/button';
import { Cover } from '@/components/ui/cover';
import { exceptToasts } from '@/components/ui/except-toasts';
import { focusItself } from '@/components/ui/focus-itself';
import { Icon } from '@/components/ui/icon';
import { dialogsMessages } from '@/lib/messages/dialogs';

type Props = {
  isOpen: boolean;
  /** Without it, nothing but what stands in it ends it. */
  onClose?: () => void;
  title: string;
  /** For screen readers alone. */
  isTitleHidden?: boolean;
  description?: string;
  /** How wide it may become, and what else. */
  className?: string;
  children: ReactNode;
};

/** A question that has to be answered before anything else. */
export function Dialog({ isOpen, onClose, title, isTitleHidden, description, className = 'max-w-lg', children }: Props) {
  return (
    <Primitive.Root open={isOpen} onOpenChange={(open) => !open && onClose?.()}>
      <Primitive.Portal>
        <Cover />
        <Primitive.Content
          {...(description ? {} : { 'aria-describedby': undefined })}
          onInteractOutside={exceptToasts}
          {...(onClose ? {} : { onOpenAutoFocus: focusItself })}
          className={clsx(
            'fixed inset-x-3 top-[12vh] z-50 mx-auto max-h-[76vh] animate-pop-in overflow-y-auto',
            'rounded-card border bg-raised p-5 shadow-raised focus-visible:outline-none',
            className,
          )}
        >
          <Primitive.Title className={isTitleHidden ? 'sr-only' : 'pr-8 text-base font-semibold'}>{title}</Primitive.Title>
          {description ? <Primitive.Description className="mt-1 text-muted">{description}</Primitive.Description> : null}
          {children}
          {isTitleHidden || !onClose ? null : (
            <Primitive.Close className={clsx(buttonClass('ghost', 'icon'), 'absolute top-3.5 right-3.5 pointer-coarse:top-2 pointer-coarse:right-2')} aria-label={dialogsMessages.task.close}>
              <Icon of={X} className="size-4" />
            </Primitive.Close>
          )}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
