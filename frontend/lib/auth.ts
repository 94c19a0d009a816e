import 'server-only';
import type { Auth } from '@/lib/auth/create';

const ofProcess = globalThis as typeof globalThis & { taskflowAuth?: Auth };

/**
 * Better Auth, one for the whole process and made at its start. Next.js gives pages and routes modules
 * of their own: made by whoever needs it, it would be in memory twice, with two pools of connections.
 */
export function auth(): Auth {
  if (!ofProcess.taskflowAuth) throw new Error('Better Auth is needed before the server has started');
  return ofProcess.taskflowAuth;
}

export function provideAuth(made: Auth): void {
  ofProcess.taskflowAuth = made;
}
