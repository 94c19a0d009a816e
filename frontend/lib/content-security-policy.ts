import { CHATKIT_ORIGIN } from '@/lib/chat/openai';

/** No script without this page's nonce, and nothing from elsewhere but live events. */
export function contentSecurityPolicy(nonce: string): string {
  const isDevelopment = process.env.NODE_ENV === 'development';
  const realtime = new URL(process.env.REALTIME_URL ?? 'ws://localhost:8001').origin;
  // Only where it is wanted: then its script, its frame, and whom that asks.
  const chatkit = process.env['NEXT_PUBLIC_CHATKIT_DOMAIN_KEY'] ? ` ${CHATKIT_ORIGIN}` : '';
  const directives = [
    `default-src 'self'`,
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${isDevelopment ? " 'unsafe-eval'" : ''}`,
    // Positions of menus and heights of lists are style attributes.
    `style-src 'self' 'unsafe-inline'`,
    `img-src 'self' data:`,
    `connect-src 'self' ${realtime}${chatkit}${isDevelopment ? ' ws:' : ''}`,
    `frame-src 'self'${chatkit}`,
    // Of its own, because 'strict-dynamic' would leave it to nonces, and a worker has none.
    `worker-src 'self'`,
    `object-src 'none'`,
    `base-uri 'none'`,
    `form-action 'self'`,
    `frame-ancestors 'none'`,
  ];
  return directives.join('; ');
}
