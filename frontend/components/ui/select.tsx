'use client';

import { clsx } from 'clsx/lite';
import { Check, ChevronDown } from 'lucide';
import { Select as Primitive } from 'radix-ui';
import { useState } from 'react';
import { Cover } from '@/components/ui/cover';
import { Icon } from '@/components/ui/icon';
import { fieldClass } from '@/components/ui/input';

type Props<T extends string> = {
  id?: string;
  'aria-invalid'?: boolean;
  'aria-describedby'?: string;
  label: string;
  value: T;
  options: readonly { value: T; label: string }[];
  onChange: (value: T) => void;
  className?: string;
};

/** One of a few. */
export function Select<T extends string>({ label, value, options, onChange, className, ...described }: Props<T>) {
  const choose = (text: string) => {
    const chosen = options.find((option) => option.value === text);
    if (chosen) onChange(chosen.value);
  };
  const [isOpen, setIsOpen] = useState(false);
  return (
    <Primitive.Root value={value} onValueChange={choose} open={isOpen} onOpenChange={setIsOpen}>
      <Primitive.Trigger
        {...described}
        aria-label={label}
        className={clsx(fieldClass, 'flex h-9 items-center justify-between gap-2 text-left touch', className)}
      >
        <Primitive.Value />
        <Icon of={ChevronDown} className="size-4 shrink-0 text-muted" />
      </Primitive.Trigger>
      {isOpen ? (
        <Primitive.Portal>
          <Cover isClear />
        </Primitive.Portal>
      ) : null}
      <Primitive.Portal>
        <Primitive.Content
          position="popper"
          sideOffset={6}
          className="z-50 max-h-72 min-w-(--radix-select-trigger-width) animate-pop-in overflow-y-auto rounded-card border bg-raised p-1.5 shadow-raised"
        >
          <Primitive.Viewport>
            {options.map((option) => (
              <Primitive.Item
                key={option.value}
                value={option.value}
                className="flex h-8 cursor-default items-center justify-between gap-4 rounded-md px-2 outline-none select-none data-highlighted:bg-hover pointer-coarse:h-11"
              >
                <Primitive.ItemText>{option.label}</Primitive.ItemText>
                <Primitive.ItemIndicator>
                  <Icon of={Check} className="size-4 text-muted" />
                </Primitive.ItemIndicator>
              </Primitive.Item>
            ))}
          </Primitive.Viewport>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
