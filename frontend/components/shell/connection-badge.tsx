'use client';

import { clsx } from 'clsx/lite';
import { connectionMessages } from '@/lib/messages/connection';
import { useConnection } from '@/lib/realtime/provider';
import type { ConnectionState } from '@/lib/websocket-client';

const text = connectionMessages;

const DOTS: Record<ConnectionState, string> = {
  connecting: 'bg-line-strong animate-pulse',
  live: 'bg-success',
  reconnecting: 'bg-warning animate-pulse',
  polling: 'bg-warning',
  offline: 'bg-danger',
  ended: 'bg-danger',
};

/** Whether what is seen is what is. */
export function ConnectionBadge() {
  const state = useConnection();
  const isGood = state === 'live' || state === 'connecting';
  return (
    <p
      role="status"
      data-state={state}
      title={text.explain[state]}
      className="flex h-8 items-center gap-2 rounded-control px-2 text-xs text-muted"
    >
      <span aria-hidden className={clsx('size-2 rounded-full', DOTS[state])} />
      <span className={clsx(isGood && 'max-sm:sr-only')}>{text[state]}</span>
    </p>
  );
}
