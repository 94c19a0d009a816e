import { clsx } from 'clsx/lite';
import type { ComponentProps } from 'react';

const VARIANTS = {
  primary: 'bg-accent text-on-accent hover:bg-accent-strong',
  secondary: 'border bg-raised text-foreground hover:bg-hover',
  ghost: 'text-muted hover:bg-hover hover:text-foreground',
  danger: 'text-danger hover:bg-danger-soft',
} as const;

const SIZES = {
  medium: 'h-9 px-3.5',
  small: 'h-8 px-2.5',
  /** As wide as it is high, for a picture alone: give it an `aria-label`. */
  icon: 'size-8 shrink-0',
} as const;

export type ButtonProps = ComponentProps<'button'> & {
  variant?: keyof typeof VARIANTS;
  size?: keyof typeof SIZES;
};

export function buttonClass(variant: keyof typeof VARIANTS = 'secondary', size: keyof typeof SIZES = 'medium'): string {
  return clsx(
    'inline-flex items-center justify-center gap-2 rounded-control font-medium whitespace-nowrap transition-colors touch',
    'disabled:pointer-events-none disabled:opacity-50',
    VARIANTS[variant],
    SIZES[size],
  );
}

export function Button({ variant, size, className, type = 'button', ...rest }: ButtonProps) {
  return <button type={type} className={clsx(buttonClass(variant, size), className)} {...rest} />;
}
