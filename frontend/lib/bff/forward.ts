import 'server-only';
import type { Bearer } from '@/lib/auth/bearer';
import { capped, limitFor } from '@/lib/bff/body';
import { problem } from '@/lib/bff/problem';

const PREFIX = '/api/backend';

/** What of a request the backend is to know, besides who asks. */
const REQUEST_HEADERS = [
  'accept',
  'content-type',
  'if-match',
  'idempotency-key',
  'x-correlation-id',
  'x-forwarded-for',
  'traceparent',
];

/** What of an answer the browser is to know. */
const RESPONSE_HEADERS = [
  'content-disposition',
  'content-type',
  'etag',
  'retry-after',
  'x-change-set-id',
  'x-correlation-id',
];

/** Longer than the backend takes for anything but files. */
const TIMEOUT_MILLISECONDS = 30_000;
const FILES = new Set(['/export', '/import']);

/** The path below `/api/{user_id}` that a request of ours asks for; null if it is none. */
export function pathOf(url: URL): string | null {
  const path = url.pathname.slice(PREFIX.length);
  // The URL parser has resolved `..`; what is left could only be meant to confuse.
  const isPlain = url.pathname.startsWith(`${PREFIX}/`) && !path.includes('//') && !/%2e%2e|\\|%5c/i.test(path);
  return isPlain ? path : null;
}

/** The same request to the backend, with the bearer. */
export async function forward(
  request: Request,
  path: string,
  bearer: Bearer,
  backendUrl: string,
): Promise<Response> {
  const target = new URL(`/api/${bearer.userId}${path}${new URL(request.url).search}`, backendUrl);
  const patience = FILES.has(path)
    ? request.signal
    : AbortSignal.any([request.signal, AbortSignal.timeout(TIMEOUT_MILLISECONDS)]);
  return relay(request, target, bearer, limitFor(path), patience);
}

/** What people say to the assistant by the ChatKit protocol. */
export function forwardChat(request: Request, bearer: Bearer, agentUrl: string): Promise<Response> {
  return relayToAgent(request, '/chatkit', bearer, agentUrl);
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What they say to something that waits for their yes. */
export async function forwardDecision(request: Request, id: string, bearer: Bearer, agentUrl: string): Promise<Response> {
  if (!UUID.test(id)) return problem('not_found', 'Confirmation not found');
  return relayToAgent(request, `/api/${bearer.userId}/chat/confirmations/${id}`, bearer, agentUrl);
}

/** As much as the agent takes. */
const MAX_MESSAGE_BYTES = 256 * 1024;

/** What the assistant says goes on as it comes, however long; and it hears when the browser leaves. */
async function relayToAgent(request: Request, path: string, bearer: Bearer, agentUrl: string): Promise<Response> {
  const answer = await relay(request, new URL(path, agentUrl), bearer, MAX_MESSAGE_BYTES, request.signal);
  // Proxies in front are not to wait for the end of it.
  answer.headers.set('x-accel-buffering', 'no');
  return answer;
}

async function relay(
  request: Request,
  target: URL,
  bearer: Bearer,
  limit: number,
  patience: AbortSignal,
): Promise<Response> {
  const headers = picked(request.headers, REQUEST_HEADERS);
  headers.set('authorization', `Bearer ${bearer.jwt}`);
  const body = capped(request, limit);
  const init: RequestInit & { duplex: 'half' } = {
    method: request.method,
    headers,
    body,
    signal: patience,
    cache: 'no-store',
    redirect: 'manual',
    duplex: 'half',
  };
  const answer = await fetch(target, init);
  const outgoing = picked(answer.headers, RESPONSE_HEADERS);
  outgoing.set('cache-control', 'no-store');
  return new Response(answer.body, { status: answer.status, headers: outgoing });
}

function picked(from: Headers, names: readonly string[]): Headers {
  const headers = new Headers();
  for (const name of names) {
    const value = from.get(name);
    if (value !== null) headers.set(name, value);
  }
  return headers;
}
