import { auth } from '@/lib/auth';

/**
 * What of Better Auth the outside needs: the published keys in `JWT_MODE=jwks`. People sign in by
 * the server actions of `components/auth`, and no script may ask for a token.
 */
const OPEN = new Set(['/api/auth/jwks']);

export async function GET(request: Request): Promise<Response> {
  if (!OPEN.has(new URL(request.url).pathname)) return new Response(null, { status: 404 });
  return auth().handler(request);
}
