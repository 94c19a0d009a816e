/** In this header the proxy tells a page which one it is. */
export const PAGE_HEADER = 'x-taskflow-page';

/** The sign-in page, and from there the way back. */
export function signInPath(page: string | null): string {
  return page === null || page === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(page)}`;
}
