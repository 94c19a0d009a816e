/**
 * Whether a request comes from a page of ours. Browsers say so in `Sec-Fetch-Site`; where they
 * do not, `Origin` must be ours. A cookie alone proves nothing: it comes along from everywhere.
 */
export function isSameOrigin(request: Request, appOrigin: string): boolean {
  const site = request.headers.get('sec-fetch-site');
  const origin = request.headers.get('origin');
  if (origin !== null && origin !== appOrigin) return false;
  if (site !== null) return site === 'same-origin' || (site === 'none' && isSafe(request.method));
  return origin === appOrigin || isSafe(request.method);
}

/** Whether a request only looks. */
export function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}
