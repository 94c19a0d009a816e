'use client';

import { clsx } from 'clsx/lite';
import { Check } from 'lucide';
import { DropdownMenu as Primitive } from 'radix-ui';
import type { ComponentProps, ReactNode } from 'react';
import { Icon } from '@/components/ui/icon';

const itemClass =
  'flex h-8 cursor-default items-center gap-2.5 rounded-md px-2 outline-none select-none data-highlighted:bg-hover pointer-coarse:h-11 ' +
  'data-disabled:opacity-50 [&_svg]:size-4 [&_svg]:text-muted';

type Props = {
  trigger: ReactNode;
  align?: 'start' | 'end';
  defaultOpen?: boolean;
  onCloseAutoFocus?: (event: Event) => void;
  children: ReactNode;
};

/** What can be done with something. */
export function Menu({ trigger, align = 'end', defaultOpen, onCloseAutoFocus, children }: Props) {
  return (
    <Primitive.Root defaultOpen={defaultOpen} modal={false}>
      <Primitive.Trigger asChild>{trigger}</Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content
          align={align}
          sideOffset={6}
          collisionPadding={10}
          onCloseAutoFocus={onCloseAutoFocus}
          className="z-50 min-w-52 animate-pop-in rounded-card border bg-raised p-1.5 shadow-raised"
        >
          {children}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

export function MenuItem({ className, isDanger, ...rest }: ComponentProps<typeof Primitive.Item> & { isDanger?: boolean }) {
  return <Primitive.Item className={clsx(itemClass, isDanger && 'text-danger [&_svg]:text-danger', className)} {...rest} />;
}

export function MenuSeparator() {
  return <Primitive.Separator className="-mx-1.5 my-1.5 border-t" />;
}

export function MenuLabel({ className, ...rest }: ComponentProps<typeof Primitive.Label>) {
  return <Primitive.Label className={clsx('px-2 py-1 text-xs text-muted', className)} {...rest} />;
}

export function MenuCheckboxItem({ children, ...rest }: ComponentProps<typeof Primitive.CheckboxItem>) {
  return (
    <Primitive.CheckboxItem className={itemClass} {...rest}>
      {children}
      <Primitive.ItemIndicator className="ml-auto">
        <Icon of={Check} />
      </Primitive.ItemIndicator>
    </Primitive.CheckboxItem>
  );
}

export const MenuRadioGroup = Primitive.RadioGroup;

export function MenuRadioItem({ children, ...rest }: ComponentProps<typeof Primitive.RadioItem>) {
  return (
    <Primitive.RadioItem className={itemClass} {...rest}>
      {children}
      <Primitive.ItemIndicator className="ml-auto">
        <Icon of={Check} />
      </Primitive.ItemIndicator>
    </Primitive.RadioItem>
  );
}
