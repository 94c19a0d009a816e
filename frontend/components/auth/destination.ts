export const HOME = '/dashboard';

const HERE = 'http://here.invalid';

/** Where to go after signing in: a page of ours, whatever the address says. */
export function destination(next: unknown): string {
  if (typeof next !== 'string' || !next.startsWith('/') || !URL.canParse(next, HERE)) return HOME;
  const url = new URL(next, HERE);
  // Read once more, as a browser will: `/.//evil.test` has become `//evil.test`, which is another site.
  const isOurs = url.origin === HERE && !url.pathname.startsWith('//');
  return isOurs ? url.pathname + url.search : HOME;
}
