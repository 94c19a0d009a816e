import { findBearer } from '@/lib/auth/bearer';
import { TooLarge } from '@/lib/bff/body';
import { forward, pathOf } from '@/lib/bff/forward';
import { problem } from '@/lib/bff/problem';
import { isSameOrigin } from '@/lib/bff/same-origin';
import { env } from '@/lib/env';

export { handle as DELETE, handle as GET, handle as PATCH, handle as POST, handle as PUT };

/**
 * The backend's API for this app's own pages: the session's cookie comes in, a bearer goes out,
 * and no script ever holds a token.
 */
async function handle(request: Request): Promise<Response> {
  const { APP_URL, BACKEND_URL } = env();
  if (!isSameOrigin(request, new URL(APP_URL).origin)) {
    return problem('forbidden', 'This is for pages of the app alone');
  }
  const path = pathOf(new URL(request.url));
  if (path === null) return problem('not_found', 'Path not found');
  try {
    const found = await findBearer(request.headers);
    if (!found) return problem('unauthorized', 'Sign in first');
    const response = await forward(request, path, found.bearer, BACKEND_URL);
    for (const cookie of found.cookies) response.headers.append('set-cookie', cookie);
    return response;
  } catch (error) {
    return refusal(error);
  }
}

function refusal(error: unknown): Response {
  // `fetch` wraps what its body throws.
  const cause = error instanceof Error && error.cause instanceof TooLarge ? error.cause : error;
  if (cause instanceof TooLarge) return problem('too_large', 'The body is too large');
  return problem('unavailable', 'The service cannot be reached; try again');
}
