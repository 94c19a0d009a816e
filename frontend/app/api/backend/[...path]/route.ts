import { answer } from '@/lib/bff/answer';
import { forward, pathOf } from '@/lib/bff/forward';
import { problem } from '@/lib/bff/problem';
import { env } from '@/lib/env';

export { handle as DELETE, handle as GET, handle as PATCH, handle as POST, handle as PUT };

/** The backend's API for this app's own pages. */
async function handle(request: Request): Promise<Response> {
  return answer(request, async (bearer) => {
    const path = pathOf(new URL(request.url));
    if (path === null) return problem('not_found', 'Path not found');
    return forward(request, path, bearer, env().BACKEND_URL);
  });
}
