import { clsx } from 'clsx/lite';
import type { ComponentProps } from 'react';

/** A word or number beside something. */
export function Badge({ className, ...rest }: ComponentProps<'span'>) {
  return (
    <span
      className={clsx(
        'inline-flex h-5 max-w-full items-center gap-1 truncate rounded-full bg-hover px-2 text-xs text-muted',
        className,
      )}
      {...rest}
    />
  );
}
