import { clsx } from 'clsx/lite';
import { Check } from 'lucide';
import { Checkbox as Primitive } from 'radix-ui';
import type { ComponentProps } from 'react';
import { Icon } from '@/components/ui/icon';

/** A box to be ticked in a form. */
export function Checkbox({ className, ...rest }: ComponentProps<typeof Primitive.Root>) {
  return (
    <Primitive.Root
      className={clsx(
        'relative grid size-4.5 shrink-0 place-items-center rounded border border-line-strong bg-raised transition-colors',
        'pointer-coarse:after:absolute pointer-coarse:after:-inset-2.75',
        'data-[state=checked]:border-accent data-[state=checked]:bg-accent data-[state=checked]:text-on-accent',
        className,
      )}
      {...rest}
    >
      <Primitive.Indicator>
        <Icon of={Check} className="size-3.5" strokeWidth={3} />
      </Primitive.Indicator>
    </Primitive.Root>
  );
}
