import { NextResponse, type NextRequest } from 'next/server';
import { sessionCookie } from '@/lib/auth/session-cookie';
import { contentSecurityPolicy } from '@/lib/content-security-policy';

const PUBLIC = new Set(['/sign-in', '/sign-up']);

/** Gives each page its own nonce, and sends those without any session to sign in. */
export function proxy(request: NextRequest): NextResponse {
  const { pathname, search } = request.nextUrl;
  // Whether the session is good, the pages find out; this only saves them the trouble.
  if (!PUBLIC.has(pathname) && sessionCookie(request.headers) === null) {
    const target = new URL('/sign-in', request.url);
    if (pathname !== '/') target.searchParams.set('next', pathname + search);
    return NextResponse.redirect(target);
  }
  const nonce = btoa(crypto.randomUUID());
  const policy = contentSecurityPolicy(nonce);
  const headers = new Headers(request.headers);
  // Next reads the nonce from here, and puts it on its own scripts.
  headers.set('content-security-policy', policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set('content-security-policy', policy);
  return response;
}

export const config = {
  // Pages; neither the API nor files.
  matcher: ['/((?!api/|_next/|.*\\.[a-z0-9]+$).*)'],
};
