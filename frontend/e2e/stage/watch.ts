import type { BrowserContext } from 'playwright-core';

const HERE = 'localhost';

/** What the browser says when the network fails, which trials do on purpose. */
const OF_THE_NETWORK = /^(Failed to load resource|WebSocket connection to)/;

/** Collects what no page may do: ask another host, throw, or complain in the console. */
export function watch(context: BrowserContext, complaints: string[]): void {
  const visit = (address: string) => {
    const { protocol, hostname } = new URL(address);
    const isLocal = ['data:', 'blob:'].includes(protocol) || hostname === HERE;
    if (!isLocal) complaints.push(`fetched ${address}`);
  };
  context.on('request', (request) => visit(request.url()));
  context.on('weberror', (error) => complaints.push(`threw ${String(error.error())}`));
  context.on('console', (message) => {
    const isBad = message.type() === 'error' && !OF_THE_NETWORK.test(message.text());
    if (isBad) complaints.push(`said ${message.text()}`);
  });
  context.on('page', (page) => page.on('websocket', (socket) => visit(socket.url())));
}
