import 'server-only';
import type { Bearer } from '@/lib/auth/bearer';
import { env } from '@/lib/env';

/** How this server asks the backend on behalf of somebody. */
export function backendFor({ userId, jwt }: Bearer): { baseUrl: string; headers: Record<string, string> } {
  return {
    baseUrl: new URL(`/api/${userId}`, env().BACKEND_URL).href,
    headers: { Authorization: `Bearer ${jwt}` },
  };
}
