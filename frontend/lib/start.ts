import 'server-only';
import { believeOnlyProxies } from '@/lib/client-address';
import { env } from '@/lib/env';

/** What comes before the first request. Ends a server that cannot work: Next.js would go on, and answer each with an error. */
export function start(): void {
  try {
    believeOnlyProxies(env().TRUSTED_PROXIES);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exit(1);
  }
}
