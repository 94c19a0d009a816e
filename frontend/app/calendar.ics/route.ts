import { problem } from '@/lib/bff/problem';
import { env } from '@/lib/env';

const TIMEOUT_MILLISECONDS = 30_000;

/** Whose requests the backend counts. */
const HEADERS = ['x-forwarded-for', 'x-correlation-id'];

/** The calendar feed, where people find the app: calendar programs bring a token of their own. */
export async function GET(request: Request): Promise<Response> {
  const target = new URL(`/calendar.ics${new URL(request.url).search}`, env().BACKEND_URL);
  const headers = new Headers();
  for (const name of HEADERS) {
    const value = request.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  try {
    const signal = AbortSignal.any([request.signal, AbortSignal.timeout(TIMEOUT_MILLISECONDS)]);
    const answer = await fetch(target, { headers, signal, cache: 'no-store', redirect: 'manual' });
    const type = answer.headers.get('content-type') ?? 'text/calendar';
    return new Response(answer.body, { status: answer.status, headers: { 'Content-Type': type, 'Cache-Control': 'no-store' } });
  } catch {
    return problem('unavailable', 'The service can’t be reached. Try again in a moment.');
  }
}
