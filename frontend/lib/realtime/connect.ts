import { read, written, type Api } from '@/lib/api';
import { Invalid, Unauthenticated } from '@/lib/api/errors';
import type { Data } from '@/lib/data';
import { applyNotice } from '@/lib/realtime/apply';
import { noticeOfEvent } from '@/lib/realtime/notice';
import { refreshAll } from '@/lib/refresh-all';
import { refreshersOf } from '@/lib/refreshers';
import { sessionOver } from '@/lib/session-over';
import { CursorLost, SessionEnded, WebSocketClient, type Page } from '@/lib/websocket-client';

const PAGE = 500;

/** The client of live events, which keeps `data` up to date. */
export function createRealtime(
  api: Api,
  data: Data,
  { url, userId, cursor }: { url: string; userId: string; cursor: number | null },
): WebSocketClient {
  const refreshers = refreshersOf(api, data);
  return new WebSocketClient(
    {
      address: (ticket, since) => addressOf(url, userId, ticket, since),
      open: (address) => new WebSocket(address),
      ticket: () => ended(async () => (await written(api.POST('/ws-ticket'))).data.ticket),
      poll: (after) => ended(() => poll(api, after)),
      head: () => ended(async () => (await page(api, 0, 1)).head),
      onNotice: (notice) => applyNotice(data, refreshers, notice),
      onReset: () => refreshAll(data),
    },
    cursor,
  );
}

/** Connects, and listens to what the browser says about the network and the person. */
export function follow(realtime: WebSocketClient): () => void {
  const leave = realtime.subscribe(() => {
    if (realtime.state === 'ended') sessionOver();
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

function addressOf(url: string, userId: string, ticket: string, since: number | null): string {
  const address = new URL(`/ws/user/${userId}/tasks`, url);
  address.searchParams.set('token', ticket);
  if (since !== null) address.searchParams.set('since', String(since));
  return address.href;
}

async function poll(api: Api, after: number): Promise<Page> {
  try {
    const { items, next_after: cursor, head } = await page(api, after, PAGE);
    const notices = items.map(noticeOfEvent).filter((notice) => notice !== null);
    return { notices, cursor, isComplete: cursor >= head };
  } catch (error) {
    if (error instanceof Invalid && error.field === 'after') throw new CursorLost();
    throw error;
  }
}

function page(api: Api, after: number, limit: number) {
  return read(api.GET('/events', { params: { query: { after, limit } } }));
}

async function ended<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Unauthenticated) throw new SessionEnded();
    throw error;
  }
}
