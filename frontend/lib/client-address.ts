import 'server-only';
import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

const HEADER = 'x-forwarded-for';

/**
 * From where a request comes, by the services' rule (`crates/serve/src/address.rs`): each trusted
 * proxy appended to `X-Forwarded-For` the address it saw; what stands left of them the client made up.
 */
export function clientAddress(forwarded: string | undefined, peer: string, trustedProxies: number): string {
  if (trustedProxies === 0) return peer;
  const address = forwarded?.split(',').at(-trustedProxies)?.trim() ?? '';
  return isIP(address) === 0 ? peer : address;
}

/**
 * Leaves in the header of each request nothing but the client's address, for Better Auth, which
 * counts attempts, and for the services, to which it is passed on. Next.js tells nobody the
 * socket's address where the header is there already, so this happens before it sees the request.
 */
export function believeOnlyProxies(trustedProxies: number): void {
  subscribe('http.server.request.start', (message) => {
    const { request } = message as { request: IncomingMessage };
    const forwarded = request.headersDistinct[HEADER]?.join();
    request.headers[HEADER] = clientAddress(forwarded, request.socket.remoteAddress ?? '', trustedProxies);
  });
}
