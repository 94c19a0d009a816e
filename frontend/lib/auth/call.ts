import 'server-only';
import { parseSetCookieHeader, toCookieOptions } from 'better-auth/cookies/utils';
import { cookies, headers } from 'next/headers';
import { z } from 'zod';
import { auth } from '@/lib/auth';
import { env } from '@/lib/env';

/** Better Auth's answer to a form, without the session's token that some answers hold. */
export type AuthAnswer =
  | { ok: true }
  | { ok: false; status: number; code: string; retryAfterSeconds: number };

const refusal = z.object({ code: z.string().catch('UNKNOWN') }).catch({ code: 'UNKNOWN' });

/**
 * Asks Better Auth as a browser would, and gives its cookies to the browser. By its handler, not
 * by `auth.api`: only there are attempts counted.
 */
export async function callAuth(path: string, body: Record<string, unknown>): Promise<AuthAnswer> {
  const response = await auth().handler(await request(path, body));
  if (response.ok) await keepCookies(response.headers);
  return answerOf(response);
}

/** The same, but the browser's cookies stay what they are. */
export async function askAuth(path: string, body: Record<string, unknown>): Promise<AuthAnswer> {
  return answerOf(await auth().handler(await request(path, body)));
}

async function answerOf(response: Response): Promise<AuthAnswer> {
  if (response.ok) return { ok: true };
  const { code } = refusal.parse(await response.json().catch(() => null));
  const retryAfterSeconds = Number(response.headers.get('x-retry-after') ?? 0);
  return { ok: false, status: response.status, code, retryAfterSeconds };
}

async function request(path: string, body: Record<string, unknown>): Promise<Request> {
  const { APP_URL } = env();
  const incoming = await headers();
  // A server action has its own check of where a form comes from, made before this.
  const outgoing = new Headers({ origin: new URL(APP_URL).origin, 'content-type': 'application/json' });
  for (const name of ['cookie', 'user-agent', 'x-forwarded-for']) {
    const value = incoming.get(name);
    if (value !== null) outgoing.set(name, value);
  }
  return new Request(new URL(`/api/auth${path}`, APP_URL), {
    method: 'POST',
    headers: outgoing,
    body: JSON.stringify(body),
  });
}

async function keepCookies(from: Headers): Promise<void> {
  const jar = await cookies();
  for (const line of from.getSetCookie()) {
    for (const [name, cookie] of parseSetCookieHeader(line)) {
      jar.set(name, cookie.value, toCookieOptions(cookie));
    }
  }
}
