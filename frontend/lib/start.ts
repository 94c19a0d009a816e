import 'server-only';
import { env } from '@/lib/env';

/** Ends a server that cannot work. Next.js would go on, and answer every request with an error. */
export function checkSettings(): void {
  try {
    env();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exit(1);
  }
}
