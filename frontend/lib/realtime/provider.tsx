'use client';

import { createContext, useContext, useEffect, useState, useSyncExternalStore, type ReactNode } from 'react';
import { api } from '@/lib/api';
import { useData } from '@/lib/data-provider';
import type { ConnectionState, WebSocketClient } from '@/lib/websocket-client';

const RealtimeContext = createContext<WebSocketClient | null>(null);

type Props = { url: string; userId: string; cursor: number | null; children: ReactNode };

/** Keeps the page up to date for as long as it is open. What that takes comes after the page. */
export function RealtimeProvider({ url, userId, cursor, children }: Props) {
  const data = useData();
  const [realtime, setRealtime] = useState<WebSocketClient | null>(null);
  useEffect(() => {
    let isHere = true;
    void import('@/lib/realtime/connect').then(({ createRealtime }) => {
      if (isHere) setRealtime(createRealtime(api, data, { url, userId, cursor }));
    });
    return () => {
      isHere = false;
    };
  }, [data, url, userId, cursor]);
  useEffect(() => (realtime ? follow(realtime) : undefined), [realtime]);
  return <RealtimeContext value={realtime}>{children}</RealtimeContext>;
}

/** Connects, and listens to what the browser says about the network and the person. */
function follow(realtime: WebSocketClient): () => void {
  const leave = realtime.subscribe(() => {
    if (realtime.state === 'ended') void import('@/lib/session-over').then(({ sessionOver }) => sessionOver());
  });
  const wake = () => realtime.wake();
  const sleep = () => realtime.sleep();
  const look = () => {
    if (document.visibilityState === 'visible' && navigator.onLine) realtime.wake();
  };
  window.addEventListener('online', wake);
  window.addEventListener('offline', sleep);
  document.addEventListener('visibilitychange', look);
  if (navigator.onLine) realtime.start();
  else realtime.sleep();
  return () => {
    window.removeEventListener('online', wake);
    window.removeEventListener('offline', sleep);
    document.removeEventListener('visibilitychange', look);
    leave();
    realtime.stop();
  };
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
