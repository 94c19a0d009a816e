'use client';

import { createContext, useContext, useEffect, useState, useSyncExternalStore, type ReactNode } from 'react';
import { api } from '@/lib/api';
import { useData } from '@/lib/data-provider';
import type { ConnectionState, WebSocketClient } from '@/lib/websocket-client';

const RealtimeContext = createContext<WebSocketClient | null>(null);

type Props = {
  url: string;
  userId: string;
  /** Where the log ended before what the page knows was read. */
  cursor: number | null;
  children: ReactNode;
};

/** Keeps the page up to date for as long as it is open. What that takes comes after the page. */
export function RealtimeProvider({ url, userId, cursor, children }: Props) {
  const data = useData();
  // A layout that is drawn anew brings a newer one, and the page goes on with what it knows.
  const [since] = useState(cursor);
  const [realtime, setRealtime] = useState<WebSocketClient | null>(null);
  useEffect(() => {
    let isHere = true;
    let leave: (() => void) | undefined;
    void import('@/lib/realtime/connect').then(({ createRealtime, follow }) => {
      if (!isHere) return;
      const client = createRealtime(api, data, { url, userId, cursor: since });
      leave = follow(client);
      setRealtime(client);
    });
    return () => {
      isHere = false;
      leave?.();
    };
  }, [data, url, userId, since]);
  return <RealtimeContext value={realtime}>{children}</RealtimeContext>;
}

const neverChanges = () => () => {};

/** Whether changes arrive now, and how. */
export function useConnection(): ConnectionState {
  const realtime = useContext(RealtimeContext);
  return useSyncExternalStore(
    realtime?.subscribe ?? neverChanges,
    () => realtime?.state ?? 'connecting',
    () => 'connecting',
  );
}
