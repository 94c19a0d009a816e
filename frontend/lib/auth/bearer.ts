import 'server-only';
import { APIError } from 'better-auth/api';
import { decodeJwt } from 'jose';
import { auth } from '@/lib/auth';
import { sessionCookie } from '@/lib/auth/session-cookie';
import { Remembered } from '@/lib/remembered';

/** Who asks, and what proves it to the services. It never leaves this server. */
export type Bearer = { userId: string; jwt: string };

/** A bearer, and the cookies that prolong its session. */
type Found = { bearer: Bearer; cookies: string[] };

/** As long as the backend remembers who exists. */
const known = new Remembered<Bearer>({ forMilliseconds: 60_000, entries: 10_000 });

/** The bearer of a request's session, or null when there is none. */
export async function findBearer(headers: Headers): Promise<Found | null> {
  const cookie = sessionCookie(headers);
  if (cookie === null) return null;
  const remembered = known.get(cookie);
  if (remembered) return { bearer: remembered, cookies: [] };
  const found = await mint(headers);
  if (found) known.set(cookie, found.bearer);
  return found;
}

/** To be called when a session ends before its time. */
export function forgetBearer(headers: Headers): void {
  const cookie = sessionCookie(headers);
  if (cookie !== null) known.delete(cookie);
}

async function mint(headers: Headers): Promise<Found | null> {
  try {
    const answer = await auth().api.getToken({ headers, returnHeaders: true });
    const jwt = answer.response.token;
    const { sub } = decodeJwt(jwt);
    if (!sub) throw new Error('Better Auth signed a token without sub');
    return { bearer: { userId: sub, jwt }, cookies: answer.headers.getSetCookie() };
  } catch (error) {
    if (error instanceof APIError && error.statusCode === 401) return null;
    throw error;
  }
}
