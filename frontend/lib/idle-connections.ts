import 'server-only';
import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

/**
 * Lets go of requests that were answered. Node starts the timer of an idle connection in the context
 * of the last one, so that it keeps whatever Next.js knew of it (some 50 KiB) until the connection is
 * used again or closed: with two hundred that is an eighth of the heap. Started from here, it keeps nothing.
 */
export function forgetAnswered(): void {
  const outside = AsyncLocalStorage.snapshot();
  subscribe('http.server.response.finish', (message) => {
    const { socket } = message as { socket: Socket };
    // Node tells this first, and starts the timer then.
    queueMicrotask(() => outside(() => socket.setTimeout(socket.timeout ?? 0)));
  });
}
