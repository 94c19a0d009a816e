import type { components } from '@/lib/api/schema';

type Problem = components['schemas']['Problem'];

/** Codes that this server gives by itself; those that the backend has, too, mean the same. */
const TITLES = {
  unauthorized: [401, 'Unauthorized'],
  other_user: [401, 'Unauthorized'],
  forbidden: [403, 'Forbidden'],
  not_found: [404, 'Not Found'],
  too_large: [413, 'Content Too Large'],
  unavailable: [503, 'Service Unavailable'],
} as const;

/** A problem document as the backend writes them. */
export function problem(code: keyof typeof TITLES, detail: string): Response {
  const [status, title] = TITLES[code];
  const body: Problem = { type: 'about:blank', title, status, code, detail };
  const headers = new Headers({
    'Content-Type': 'application/problem+json',
    'Cache-Control': 'no-store',
  });
  if (code === 'unavailable') headers.set('Retry-After', '1');
  return new Response(JSON.stringify(body), { status, headers });
}
