/** Better Auth's, with its prefix where cookies are secure. */
const NAMES = ['__Secure-better-auth.session_token', 'better-auth.session_token'];

/** The value of a request's session cookie. Whether it is worth anything, only Better Auth knows. */
export function sessionCookie(headers: Headers): string | null {
  const cookies = headers.get('cookie')?.split(';') ?? [];
  for (const cookie of cookies) {
    const [name, value] = cookie.trim().split('=', 2);
    if (name !== undefined && value && NAMES.includes(name)) return value;
  }
  return null;
}

/** What makes a browser drop a session that cannot be ended. */
export const DROPPED_COOKIES = NAMES.map(
  (name) => `${name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax${name.startsWith('__Secure-') ? '; Secure' : ''}`,
);
