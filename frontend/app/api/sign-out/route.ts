import { auth } from '@/lib/auth';
import { forgetBearer } from '@/lib/auth/bearer';
import { DROPPED_COOKIES } from '@/lib/auth/session-cookie';
import { isSameOrigin } from '@/lib/bff/same-origin';
import { env } from '@/lib/env';

/**
 * Ends the session and makes the browser forget. A plain form posts to it: the navigation takes
 * the page's memory with it, and its socket.
 */
export async function POST(request: Request): Promise<Response> {
  const { APP_URL } = env();
  const { origin } = new URL(APP_URL);
  if (!isSameOrigin(request, origin)) return new Response(null, { status: 403 });
  forgetBearer(request.headers);
  const signOut = new Request(new URL('/api/auth/sign-out', APP_URL), {
    method: 'POST',
    headers: { cookie: request.headers.get('cookie') ?? '', origin },
  });
  const answer = await auth().handler(signOut).catch(() => null);
  const headers = new Headers({ location: '/sign-in', 'clear-site-data': '"storage"' });
  // Where the session cannot be ended, its browser forgets it all the same.
  const cookies = answer?.ok ? answer.headers.getSetCookie() : DROPPED_COOKIES;
  for (const cookie of cookies) headers.append('set-cookie', cookie);
  return new Response(null, { status: 303, headers });
}
