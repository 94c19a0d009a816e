import { isSafe } from '@/lib/bff/same-origin';
import { USER_HEADER } from '@/lib/page-user';

/**
 * Whether a request comes from a page of the person who is signed in. A page that has slept through somebody else's
 * signing in brings their cookie along with what is still to be sent for the one before.
 */
export function isOfSameUser(request: Request, userId: string): boolean {
  const user = request.headers.get(USER_HEADER);
  if (user !== null) return user === userId;
  return isSafe(request.method) || isOfWorker(request);
}

/** What is answered to a notification names its task or reminder: it is theirs, or it is not found. No page is there to say whose. */
function isOfWorker(request: Request): boolean {
  const referrer = request.headers.get('referer');
  return referrer !== null && URL.canParse(referrer) && new URL(referrer).pathname === '/sw.js';
}
