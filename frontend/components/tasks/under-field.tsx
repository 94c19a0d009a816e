import { clsx } from 'clsx/lite';
import type { ComponentProps } from 'react';
import { createPortal } from 'react-dom';

type Props = ComponentProps<'div'> & {
  /** An element that has room for it. */
  place: HTMLElement | null;
};

/** What stands under the field of the composer: over what follows or, where that would be cut off, in a place of its own. */
export function UnderField({ place, className, ...rest }: Props) {
  const box = (
    <div
      className={clsx(
        'text-xs',
        !place && 'absolute top-full -left-9 z-10 mt-2 max-w-[calc(100%+6rem)] rounded-card border bg-raised p-2 shadow-raised',
        className,
      )}
      {...rest}
    />
  );
  return place ? createPortal(box, place) : box;
}
