import { sendFromPage } from '@/lib/api/client';
import { NetworkError } from '@/lib/api/errors';
import type { ChatEvent, PlainRequest, StreamRequest } from '@/lib/chat/protocol';
import { eventData } from '@/lib/chat/sse';
import { randomId } from '@/lib/id';

/**
 * Has a turn carried out, and tells what happens as it does. The same key goes on with the same
 * turn, and does nothing twice. Throws an `ApiError`; aborting is no error of the API.
 */
export async function* stream(request: StreamRequest, key: string, signal: AbortSignal): AsyncGenerator<ChatEvent> {
  const response = await sendFromPage(requestOf(request, { 'Idempotency-Key': key, Accept: 'text/event-stream' }, signal));
  if (!response.body) throw new TypeError('The answer has no body');
  try {
    for await (const data of eventData(response.body)) yield JSON.parse(data) as ChatEvent;
  } catch (cause) {
    signal.throwIfAborted();
    throw new NetworkError(!navigator.onLine, { cause });
  }
}

/** Asks what is answered at once, and changes nothing. */
export async function ask<T>(request: PlainRequest): Promise<T> {
  const response = await sendFromPage(requestOf(request, { 'Idempotency-Key': randomId() }));
  return (await response.json()) as T;
}

function requestOf(body: StreamRequest | PlainRequest, headers: Record<string, string>, signal?: AbortSignal): Request {
  return new Request('/api/chat', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
    ...(signal ? { signal } : {}),
  });
}
