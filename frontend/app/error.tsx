'use client';

import { lazy, Suspense } from 'react';

/** Every page carries this file; what it shows comes when something has broken. */
const BrokenPage = lazy(() => import('@/components/broken/broken-page'));

export default function ErrorPage({ reset }: { error: Error; reset: () => void }) {
  return (
    <Suspense fallback={null}>
      <BrokenPage retry={reset} />
    </Suspense>
  );
}
