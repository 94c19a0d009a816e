'use client';

import { lazy, Suspense } from 'react';
import { useIsDrawn } from '@/lib/use-is-drawn';

const Overlays = lazy(() => import('@/app/(app)/overlays'));

type Props = { userId: string; chatKey: string | null };

/** What nobody sees at first comes when everything else is there. */
export function Later(props: Props) {
  return <Suspense fallback={null}>{useIsDrawn() ? <Overlays {...props} /> : null}</Suspense>;
}
