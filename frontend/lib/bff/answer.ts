import 'server-only';
import { findBearer, findBearerNow, type Bearer } from '@/lib/auth/bearer';
import { TooLarge } from '@/lib/bff/body';
import { problem } from '@/lib/bff/problem';
import { isSafe, isSameOrigin } from '@/lib/bff/same-origin';
import { isOfSameUser } from '@/lib/bff/same-user';
import { env } from '@/lib/env';

/**
 * Answers a page of ours on behalf of a service: the session's cookie comes in, a bearer goes
 * out, and no script ever holds a token. A page of somebody else's is told that its session is over.
 */
export async function answer(request: Request, ask: (bearer: Bearer) => Promise<Response>): Promise<Response> {
  if (!isSameOrigin(request, new URL(env().APP_URL).origin)) {
    return problem('forbidden', 'Only pages of the app may ask this');
  }
  try {
    const find = isSafe(request.method) ? findBearer : findBearerNow;
    const found = await find(request.headers);
    if (!found) return problem('unauthorized', 'Sign in first');
    const isTheirs = isOfSameUser(request, found.bearer.userId);
    const response = isTheirs ? await ask(found.bearer) : problem('other_user', 'Somebody else is signed in by now');
    for (const cookie of found.cookies) response.headers.append('set-cookie', cookie);
    return response;
  } catch (error) {
    return refusal(error);
  }
}

function refusal(error: unknown): Response {
  // `fetch` wraps what its body throws.
  const cause = error instanceof Error && error.cause instanceof TooLarge ? error.cause : error;
  if (cause instanceof TooLarge) return problem('too_large', 'This is too large');
  return problem('unavailable', 'The service can’t be reached. Try again in a moment.');
}
