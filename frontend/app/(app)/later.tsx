'use client';

import { lazy, Suspense } from 'react';
import { useIsDrawn } from '@/lib/use-is-drawn';

const Overlays = lazy(() => import('@/app/(app)/overlays'));

/** What nobody sees at first comes when everything else is there. */
export function Later({ userId }: { userId: string }) {
  return <Suspense fallback={null}>{useIsDrawn() ? <Overlays userId={userId} /> : null}</Suspense>;
}
