'use client';

import { clsx } from 'clsx/lite';
import { useState } from 'react';
import { Composer, type ComposerProps } from '@/components/tasks/composer';

type Props = Omit<ComposerProps, 'below'> & { className?: string };

/** A composer in a box that would cut off what stands out of it: what was understood has a place in there. */
export function BoxedComposer({ className, ...rest }: Props) {
  const [below, setBelow] = useState<HTMLElement | null>(null);
  return (
    <div className={clsx('flex flex-col', className)}>
      <Composer {...rest} below={below} />
      <div ref={setBelow} className="px-3 pb-2 empty:hidden sm:px-5" />
    </div>
  );
}
