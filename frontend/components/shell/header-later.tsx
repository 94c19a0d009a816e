'use client';

import { lazy, Suspense } from 'react';
import { useIsDrawn } from '@/lib/use-is-drawn';

const HeaderExtras = lazy(() => import('@/components/shell/header-extras'));

/** What of the header comes when everything else is there. Its room is there before. */
export function HeaderLater() {
  return (
    <div className="flex min-w-34.5 justify-end gap-1.5 sm:min-w-42 pointer-coarse:min-w-36 pointer-coarse:gap-0 sm:pointer-coarse:min-w-44">
      <Suspense fallback={null}>{useIsDrawn() ? <HeaderExtras /> : null}</Suspense>
    </div>
  );
}
