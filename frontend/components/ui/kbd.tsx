import { clsx } from 'clsx/lite';
import type { ComponentProps } from 'react';

/** A key. */
export function Kbd({ className, ...rest }: ComponentProps<'kbd'>) {
  return (
    <kbd
      className={clsx(
        'inline-flex h-5 min-w-5 items-center justify-center rounded border bg-background px-1 font-sans text-[0.6875rem] font-medium text-muted',
        className,
      )}
      {...rest}
    />
  );
}
