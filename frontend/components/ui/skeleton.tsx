import { clsx } from 'clsx/lite';
import type { ComponentProps } from 'react';

/** Where something will be. */
export function Skeleton({ className, ...rest }: ComponentProps<'div'>) {
  return <div aria-hidden className={clsx('animate-pulse rounded-md bg-hover', className)} {...rest} />;
}
