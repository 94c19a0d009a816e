import { FAST_ATTEMPTS, pauseBefore } from '@/lib/realtime/backoff';
import { parseMessage, type Notice } from '@/lib/realtime/notice';

/**
 * `live`: changes arrive as they happen. `polling`: every 30 s, because the socket cannot be
 * opened; it is still tried. `ended`: the session is over, and nothing is tried any more.
 */
export type ConnectionState = 'connecting' | 'live' | 'reconnecting' | 'polling' | 'offline' | 'ended';

/** What a look into the log found after a cursor. */
export type Page = { notices: Notice[]; cursor: number; isComplete: boolean };

/** The session is over. */
export class SessionEnded extends Error {
  override name = 'SessionEnded';
}

/** The log does not reach as far as the cursor. */
export class CursorLost extends Error {
  override name = 'CursorLost';
}

/** As much of a `WebSocket` as is used. */
export type Socket = Pick<WebSocket, 'onmessage' | 'onclose' | 'onerror' | 'send' | 'close'>;

export type Options = {
  /** The socket's address with this ticket, after this cursor. */
  address: (ticket: string, cursor: number | null) => string;
  open: (address: string) => Socket;
  /** A single-use pass. Throws `SessionEnded` when there is no session. */
  ticket: () => Promise<string>;
  /** The log after a cursor. Throws `CursorLost`. */
  poll: (cursor: number) => Promise<Page>;
  /** Where the log ends now. */
  head: () => Promise<number>;
  /** In order, and none twice. */
  onNotice: (notice: Notice) => void;
  /** Changes were missed, or may have been, and cannot be told: read everything anew. */
  onReset: () => void;
  random?: () => number;
  /** In milliseconds; tests are less patient. */
  times?: Partial<typeof TIMES>;
};

const TIMES = {
  poll: 30_000,
  /** Between signs of life; a laptop's lid or a dead router closes no socket. */
  ping: 25_000,
  /** How long the answer to one may take. */
  pong: 8_000,
  /** How long a socket may take to be ready. */
  open: 8_000,
  /** How long nothing may be heard until it is polled, however many attempts that took. */
  fallback: 5_000,
};

/** The server's close codes that another attempt does not help. */
const OTHER_USER = 4003;

type Timer = ReturnType<typeof setTimeout> | undefined;

/**
 * Live events that survive broken connections: a cursor says what was seen, whether it came by
 * the socket or by polling, so that every change is told once and in order.
 */
export class WebSocketClient {
  readonly #options: Options;
  readonly #times: typeof TIMES;
  readonly #listeners = new Set<() => void>();
  #state: ConnectionState = 'connecting';
  #cursor: number | null;
  #socket: Socket | null = null;
  #attempt = 0;
  /** Grows with each attempt and stop; whatever belongs to an older one is ignored. */
  #generation = 0;
  /** The polling that goes on; one that is under way and no longer this one is ignored. */
  #polling: symbol | null = null;
  #retryTimer: Timer;
  #fallbackTimer: Timer;
  #pollTimer: Timer;
  #pingTimer: Timer;
  #pongTimer: Timer;

  constructor(options: Options, cursor: number | null) {
    this.#options = options;
    this.#times = { ...TIMES, ...options.times };
    this.#cursor = cursor;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get cursor(): number | null {
    return this.#cursor;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  start(): void {
    this.#attempt = 0;
    this.#scheduleFallback();
    void this.#connect();
  }

  stop(): void {
    this.#generation += 1;
    clearTimeout(this.#retryTimer);
    this.#stopPolling();
    this.#drop();
  }

  /** The network is there again, or the person is: the next attempt is now. */
  wake(): void {
    if (this.#state === 'ended') return;
    if (this.#state === 'live') {
      this.#ping();
    } else {
      this.start();
    }
  }

  /** There is no network: attempts would be of no use. */
  sleep(): void {
    if (this.#state === 'ended') return;
    this.stop();
    this.#become('offline');
  }

  async #connect(): Promise<void> {
    this.#drop();
    clearTimeout(this.#retryTimer);
    const generation = (this.#generation += 1);
    if (this.#state === 'offline') this.#become('reconnecting');
    let ticket: string;
    try {
      if (this.#cursor === null) await this.#begin();
      ticket = await this.#options.ticket();
    } catch (error) {
      if (generation !== this.#generation) return;
      if (error instanceof SessionEnded) this.#end();
      else this.#retry();
      return;
    }
    if (generation === this.#generation) this.#open(ticket, generation);
  }

  #open(ticket: string, generation: number): void {
    const socket = this.#options.open(this.#options.address(ticket, this.#cursor));
    this.#socket = socket;
    const current = () => generation === this.#generation;
    this.#pongTimer = setTimeout(() => current() && this.#lost(), this.#times.open);
    socket.onmessage = ({ data }) => current() && typeof data === 'string' && this.#hear(data);
    socket.onclose = ({ code }) => {
      if (!current()) return;
      if (code === OTHER_USER) this.#end();
      else this.#lost();
    };
    // A close event follows.
    socket.onerror = () => {};
  }

  #hear(text: string): void {
    clearTimeout(this.#pongTimer);
    this.#schedulePing();
    const message = parseMessage(text);
    if (message.kind === 'notice') this.#take(message.notice);
    if (message.kind === 'ready') {
      this.#cursor = message.cursor;
      if (!message.recovered) this.#options.onReset();
      this.#attempt = 0;
      this.#stopPolling();
      this.#become('live');
    }
  }

  #take(notice: Notice): void {
    if (this.#cursor !== null && notice.data.seq <= this.#cursor) return;
    this.#cursor = notice.data.seq;
    this.#options.onNotice(notice);
  }

  #schedulePing(): void {
    clearTimeout(this.#pingTimer);
    this.#pingTimer = setTimeout(() => this.#ping(), this.#times.ping);
  }

  #ping(): void {
    const generation = this.#generation;
    try {
      this.#socket?.send('{"type":"ping"}');
    } catch {
      this.#lost();
      return;
    }
    clearTimeout(this.#pongTimer);
    this.#pongTimer = setTimeout(() => generation === this.#generation && this.#lost(), this.#times.pong);
  }

  #lost(): void {
    this.#drop();
    // Whatever the old socket still says is too late.
    this.#generation += 1;
    this.#retry();
  }

  #retry(): void {
    this.#attempt += 1;
    if (this.#state === 'live') {
      this.#become('reconnecting');
      this.#scheduleFallback();
    }
    if (this.#attempt > FAST_ATTEMPTS) this.#startPolling();
    const pause = pauseBefore(this.#attempt, (this.#options.random ?? Math.random)());
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => void this.#connect(), pause);
  }

  #scheduleFallback(): void {
    clearTimeout(this.#fallbackTimer);
    this.#fallbackTimer = setTimeout(() => this.#startPolling(), this.#times.fallback);
  }

  #startPolling(): void {
    if (this.#polling !== null) return;
    this.#become('polling');
    this.#polling = Symbol('polling');
    void this.#poll(this.#polling);
  }

  #stopPolling(): void {
    clearTimeout(this.#fallbackTimer);
    clearTimeout(this.#pollTimer);
    this.#polling = null;
  }

  async #poll(polling: symbol): Promise<void> {
    let pause = this.#times.poll;
    try {
      const page = await this.#options.poll(this.#cursor ?? (await this.#begin()));
      if (polling !== this.#polling) return;
      page.notices.forEach((notice) => this.#take(notice));
      this.#cursor = Math.max(this.#cursor ?? 0, page.cursor);
      if (!page.isComplete) pause = 0;
    } catch (error) {
      if (polling !== this.#polling) return;
      if (error instanceof SessionEnded) return this.#end();
      // If this fails the next look into the log will find out again.
      if (error instanceof CursorLost) await this.#begin().catch(() => undefined);
    }
    if (polling !== this.#polling) return;
    this.#pollTimer = setTimeout(() => void this.#poll(polling), pause);
  }

  /** Where the log ends, and only then everything, so that nothing falls between the two. */
  async #begin(): Promise<number> {
    const head = await this.#options.head();
    this.#cursor = head;
    this.#options.onReset();
    return head;
  }

  #end(): void {
    this.stop();
    this.#become('ended');
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    clearTimeout(this.#pingTimer);
    clearTimeout(this.#pongTimer);
    if (socket) {
      socket.onmessage = null;
      socket.onclose = null;
      socket.close();
    }
  }

  #become(state: ConnectionState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#listeners.forEach((listener) => listener());
  }
}
