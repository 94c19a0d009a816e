import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { Notice } from '@/lib/realtime/notice';
import { CursorLost, SessionEnded, WebSocketClient, type Options, type Page, type Socket } from '@/lib/websocket-client';

/** The log of one user, with a real socket on it that speaks the protocol of `realtime`. */
class Realtime {
  readonly log: Notice[] = [];
  readonly queries: URLSearchParams[] = [];
  server: WebSocketServer | null = null;
  port = 0;
  recovers = true;
  isMute = false;

  async up(): Promise<void> {
    const server = new WebSocketServer({ host: '127.0.0.1', port: this.port });
    this.server = server;
    server.on('connection', (socket, request) => {
      const query = new URL(request.url ?? '', 'ws://localhost').searchParams;
      this.queries.push(query);
      socket.on('message', () => !this.isMute && socket.send('{"type":"pong","data":{}}'));
      if (this.isMute) return;
      const since = Number(query.get('since'));
      if (this.recovers) this.after(since).forEach((notice) => socket.send(JSON.stringify(notice)));
      const data = { cursor: this.log.length, recovered: this.recovers };
      socket.send(JSON.stringify({ type: 'ready', data }));
    });
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
  }

  async down(code = 1001): Promise<void> {
    const { server } = this;
    if (!server) return;
    this.server = null;
    server.clients.forEach((socket) => socket.close(code));
    await new Promise((resolve) => server.close(resolve));
  }

  happens(): void {
    const seq = this.log.length + 1;
    const data = { event_id: `e${seq}`, seq, task_id: `t${seq}`, version: 1, changed: [] };
    this.log.push({ type: 'task.created', data });
    this.server?.clients.forEach((socket) => socket.send(JSON.stringify(this.log.at(-1))));
  }

  after(cursor: number): Notice[] {
    return this.log.filter((notice) => notice.data.seq > cursor);
  }

  page(cursor: number): Page {
    return { notices: this.after(cursor), cursor: this.log.length, isComplete: true };
  }
}

let realtime: Realtime;
let client: WebSocketClient | undefined;
let seen: number[];
let resets: number;

beforeEach(async () => {
  realtime = new Realtime();
  seen = [];
  resets = 0;
  await realtime.up();
});

afterEach(async () => {
  client?.stop();
  await realtime.down();
});

function connect(more: Partial<Options> = {}, cursor: number | null = 0): WebSocketClient {
  client = new WebSocketClient(
    {
      address: (ticket, since) => `ws://127.0.0.1:${realtime.port}/?token=${ticket}&since=${since ?? 0}`,
      open: (address) => new WebSocket(address) as unknown as Socket,
      ticket: async () => 'ticket',
      poll: async (after) => realtime.page(after),
      head: async () => realtime.log.length,
      onNotice: (notice) => seen.push(notice.data.seq),
      onReset: () => (resets += 1),
      random: () => 0,
      ...more,
      times: { poll: 40, fallback: 300, ...more.times },
    },
    cursor,
  );
  client.start();
  return client;
}

const becomes = (state: string) => vi.waitFor(() => expect(client?.state).toBe(state), { timeout: 5_000, interval: 5 });
const hears = (seqs: number[]) => vi.waitFor(() => expect(seen).toEqual(seqs), { timeout: 5_000, interval: 5 });

test('what happens is heard as it happens', async () => {
  connect();
  await becomes('live');
  realtime.happens();
  realtime.happens();
  await hears([1, 2]);
});

test('what happened while the connection was broken is heard once, in order', async () => {
  connect();
  await becomes('live');
  realtime.happens();
  await hears([1]);
  await realtime.down();
  await becomes('reconnecting');
  realtime.happens();
  realtime.happens();
  await realtime.up();
  await becomes('live');
  await hears([1, 2, 3]);
  expect(realtime.queries.at(-1)?.get('since')).toBe('1');
});

test('each attempt has a ticket of its own', async () => {
  let tickets = 0;
  connect({ ticket: async () => `ticket-${(tickets += 1)}` });
  await becomes('live');
  await realtime.down();
  await realtime.up();
  await becomes('live');
  const shown = realtime.queries.map((query) => query.get('token'));
  expect(new Set(shown).size).toBe(shown.length);
});

test('a socket that cannot be opened is replaced by polling the same cursor', async () => {
  connect();
  await becomes('live');
  realtime.happens();
  await hears([1]);
  await realtime.down();
  realtime.happens();
  await becomes('polling');
  await hears([1, 2]);
  realtime.happens();
  await hears([1, 2, 3]);
  await realtime.up();
  await becomes('live');
  realtime.happens();
  await hears([1, 2, 3, 4]);
});

test('polling begins after the fast attempts even if the clock says nothing', async () => {
  await realtime.down();
  connect({ times: { fallback: 1_000_000 } });
  await becomes('polling');
});

test('a socket that opens and says nothing does not keep anybody from polling', async () => {
  realtime.isMute = true;
  connect({ times: { open: 1_000_000 } });
  await becomes('polling');
  realtime.log.push({ type: 'task.created', data: { event_id: 'e', seq: 1, task_id: 't', version: 1, changed: [] } });
  await hears([1]);
});

test('a connection that died without a word is found out', async () => {
  connect({ times: { ping: 20, pong: 50 } });
  await becomes('live');
  realtime.isMute = true;
  await becomes('reconnecting');
});

test('whoever comes back to a connection that died without a word finds it out at once', async () => {
  connect({ times: { pong: 30 } });
  await becomes('live');
  realtime.isMute = true;
  client?.wake();
  await becomes('reconnecting');
});

test('without a socket the log is looked into after five seconds, and then every thirty', async () => {
  vi.useFakeTimers();
  try {
    const looks: number[] = [];
    const began = Date.now();
    client = new WebSocketClient(
      {
        address: () => 'ws://nowhere',
        open: () => ({ onmessage: null, onclose: null, onerror: null, send: () => undefined, close: () => undefined }),
        ticket: async () => 'ticket',
        poll: async (after) => {
          looks.push((Date.now() - began) / 1_000);
          return realtime.page(after);
        },
        head: async () => 0,
        onNotice: () => undefined,
        onReset: () => undefined,
      },
      0,
    );
    client.start();
    await vi.advanceTimersByTimeAsync(70_000);
    expect(looks).toEqual([5, 35, 65]);
  } finally {
    vi.useRealTimers();
  }
});

test('answered pings keep a connection', async () => {
  connect({ times: { ping: 5, pong: 500 } });
  await becomes('live');
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(client?.state).toBe('live');
  expect(realtime.queries).toHaveLength(1);
});

test('what cannot be recovered is read anew', async () => {
  realtime.recovers = false;
  connect();
  await becomes('live');
  expect(resets).toBe(1);
});

test('a cursor that is ahead of the log begins anew', async () => {
  await realtime.down();
  realtime.happens();
  const poll = async (after: number) => {
    if (after > realtime.log.length) throw new CursorLost();
    return realtime.page(after);
  };
  connect({ poll, times: { fallback: 0 } }, 7);
  await vi.waitFor(() => expect(resets).toBe(1));
  realtime.happens();
  await hears([2]);
});

test('without a cursor it begins where the log ends, and reads everything from then on', async () => {
  realtime.happens();
  let end: (head: number) => void = () => {};
  connect({ head: () => new Promise((resolve) => (end = resolve)) }, null);
  expect(resets).toBe(0);
  end(1);
  await becomes('live');
  expect(resets).toBe(1);
  realtime.happens();
  await hears([2]);
});

test('the end of the session ends all attempts', async () => {
  connect({
    ticket: async () => {
      throw new SessionEnded();
    },
  });
  await becomes('ended');
  client?.wake();
  expect(client?.state).toBe('ended');
  expect(realtime.queries).toHaveLength(0);
});

test('somebody else’s stream is not asked for twice', async () => {
  connect();
  await becomes('live');
  realtime.server?.clients.forEach((socket) => socket.close(4003));
  await becomes('ended');
});

test('without a network nothing is tried; with it, at once', async () => {
  connect();
  await becomes('live');
  client?.sleep();
  expect(client?.state).toBe('offline');
  realtime.happens();
  client?.wake();
  await becomes('live');
  await hears([1]);
});

test('a stopped client is silent', async () => {
  connect();
  await becomes('live');
  client?.stop();
  realtime.happens();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(seen).toEqual([]);
});
