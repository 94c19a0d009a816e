import 'server-only';
import { decodeJwt } from 'jose';
import { auth } from '@/lib/auth';
import { sessionCookie } from '@/lib/auth/session-cookie';
import { Remembered } from '@/lib/remembered';

/** Who asks, and what proves it to the services. It never leaves this server. */
export type Bearer = { userId: string; jwt: string };

/** A bearer, and the cookies that prolong its session. */
type Found = { bearer: Bearer; cookies: string[] };

const ofProcess = globalThis as typeof globalThis & { taskflowBearers?: Remembered<Bearer> };

/**
 * As long as the backend remembers who exists. One for the whole process: Next.js gives pages and
 * routes modules of their own, and what a form of a page forgets no route must remember.
 */
const known = (ofProcess.taskflowBearers ??= new Remembered<Bearer>({ forMilliseconds: 60_000, entries: 10_000 }));

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

/** The same for who would change something: a session that has ended meanwhile, here or elsewhere, is worth nothing. */
export async function findBearerNow(headers: Headers): Promise<Found | null> {
  const cookie = sessionCookie(headers);
  if (cookie !== null && known.get(cookie) && !(await isAlive(headers))) known.delete(cookie);
  return findBearer(headers);
}

/**
 * The same for a page that is being drawn. It cannot set cookies, so it must not prolong the
 * session: the browser would drop its cookie a week after the person signed in, however often they
 * came. Nor is what it finds remembered, so that the page's first request prolongs it.
 */
export async function bearerOfPage(headers: Headers): Promise<Bearer | null> {
  const cookie = sessionCookie(headers);
  if (cookie === null) return null;
  return known.get(cookie) ?? (await mint(headers, { disableRefresh: true }))?.bearer ?? null;
}

/** To be called when a session ends before its time. */
export function forgetBearer(headers: Headers): void {
  const cookie = sessionCookie(headers);
  if (cookie !== null) known.delete(cookie);
}

/** To be called when all of somebody's sessions end before their time. */
export function forgetBearersOf(userId: string): void {
  known.deleteWhere((bearer) => bearer.userId === userId);
}

async function isAlive(headers: Headers): Promise<boolean> {
  return (await auth().api.getSession({ headers, query: { disableRefresh: true } })) !== null;
}

async function mint(headers: Headers, query?: { disableRefresh: true }): Promise<Found | null> {
  try {
    const answer = await auth().api.getToken({ headers, query, returnHeaders: true });
    const jwt = answer.response.token;
    const { sub } = decodeJwt(jwt);
    if (!sub) throw new Error('Better Auth signed a token without sub');
    return { bearer: { userId: sub, jwt }, cookies: answer.headers.getSetCookie() };
  } catch (error) {
    if (isUnauthorized(error)) return null;
    throw error;
  }
}

/** By what it holds: the class of Better Auth's errors is another one in each copy of its module. */
function isUnauthorized(error: unknown): boolean {
  return error instanceof Error && 'statusCode' in error && error.statusCode === 401;
}
