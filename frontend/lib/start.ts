import 'server-only';
import { provideAuth } from '@/lib/auth';
import { createAuth } from '@/lib/auth/create';
import { believeOnlyProxies } from '@/lib/client-address';
import { env } from '@/lib/env';
import { forgetAnswered } from '@/lib/idle-connections';

/** What comes before the first request. Ends a server that cannot work: Next.js would go on, and answer each with an error. */
export function start(): void {
  forgetAnswered();
  try {
    believeOnlyProxies(env().TRUSTED_PROXIES);
    provideAuth(createAuth(env()));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exit(1);
  }
}
