export const HOME = '/dashboard';

/** Where to go after signing in: a page of ours, whatever the address says. */
export function destination(next: unknown): string {
  if (typeof next !== 'string' || !next.startsWith('/')) return HOME;
  // `//evil.test` and `/\evil.test` are other sites to a browser.
  const url = new URL(next, 'http://here.invalid');
  return url.host === 'here.invalid' && !/^\/[/\\]/.test(next) ? url.pathname + url.search : HOME;
}
