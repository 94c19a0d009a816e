import { NextResponse, type NextRequest } from 'next/server';
import { sessionCookie } from '@/lib/auth/session-cookie';
import { contentSecurityPolicy } from '@/lib/content-security-policy';
import { PAGE_HEADER, signInPath } from '@/lib/sign-in-path';

const PUBLIC = new Set(['/sign-in', '/sign-up']);

/** Gives each page its own nonce, and sends those without any session to sign in. */
export function proxy(request: NextRequest): NextResponse {
  const { pathname, search } = request.nextUrl;
  const page = pathname + search;
  // Whether the session is good, the pages find out; this only saves them the trouble.
  if (!PUBLIC.has(pathname) && sessionCookie(request.headers) === null) {
    return NextResponse.redirect(new URL(signInPath(page), request.url));
  }
  const nonce = btoa(crypto.randomUUID());
  const policy = contentSecurityPolicy(nonce);
  const headers = new Headers(request.headers);
  headers.set(PAGE_HEADER, page);
  // Next reads the nonce from here, and puts it on its own scripts.
  headers.set('content-security-policy', policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set('content-security-policy', policy);
  return response;
}

export const config = {
  /**
   * Pages, whatever their addresses look like: neither the API nor files, each by its name. A tag
   * may be called `v1.2`, and a page that was taken for a file would have no policy.
   */
  matcher: [
    '/((?!api/|_next/|(?:calendar\\.ics|favicon\\.ico|files\\.json|icon\\.svg|icon-192\\.png|icon-512\\.png|badge\\.png|manifest\\.webmanifest|push\\.js|sw\\.js)$).*)',
  ],
};
