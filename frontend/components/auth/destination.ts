export const HOME = '/dashboard';

/** Where to go after signing in: a page of ours, whatever the address says. */
export function destination(next: unknown): string {
  if (typeof next !== 'string' || !next.startsWith('/')) return HOME;
  const url = new URL(next, 'http://here.invalid');
  // Read once more, as a browser will: `/.//evil.test` has become `//evil.test`, which is another site.
  const isOurs = url.host === 'here.invalid' && !url.pathname.startsWith('//');
  return isOurs ? url.pathname + url.search : HOME;
}
