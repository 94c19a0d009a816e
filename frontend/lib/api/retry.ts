import { Conflict, NetworkError, refusalOf, TooManyRequests, Unavailable, type ApiError } from '@/lib/api/errors';

/** How often a request is sent at most. */
const ATTEMPTS = 4;
const FIRST_PAUSE_MILLISECONDS = 300;
/** Who has to wait longer is told, and decides for themselves. */
const LONGEST_PAUSE_MILLISECONDS = 5_000;

/** `fetch` and the clock, so that tests need neither. */
export type Surroundings = {
  fetch: (request: Request) => Promise<Response>;
  pause: (milliseconds: number) => Promise<void>;
  random: () => number;
  isOnline: () => boolean;
};

export const BROWSER: Surroundings = {
  fetch: (request) => fetch(request),
  pause: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  random: Math.random,
  isOnline: () => typeof navigator === 'undefined' || navigator.onLine,
};

/**
 * Sends a request until it is answered, where sending it twice does no more than once: reads, and
 * writes with an idempotency key. Throws an `ApiError` for everything but a success.
 */
export async function send(request: Request, around: Surroundings = BROWSER): Promise<Response> {
  const isRepeatable = request.method === 'GET' || request.headers.has('idempotency-key');
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await once(request.clone(), around);
    if (outcome instanceof Response) return outcome;
    const pause = pauseAfter(outcome, attempt, around);
    if (!isRepeatable || attempt === ATTEMPTS || pause === null) throw outcome;
    await around.pause(pause);
    request.signal.throwIfAborted();
  }
}

async function once(request: Request, around: Surroundings): Promise<Response | ApiError> {
  try {
    const response = await around.fetch(request);
    return response.ok ? response : await refusalOf(response);
  } catch (cause) {
    // Whoever gave up on purpose does not want to hear of the network.
    request.signal.throwIfAborted();
    return new NetworkError(!around.isOnline(), { cause });
  }
}

/** Milliseconds until the next attempt, or null if another would be of no use. */
function pauseAfter(error: ApiError, attempt: number, around: Surroundings): number | null {
  const backoff = FIRST_PAUSE_MILLISECONDS * 2 ** (attempt - 1) * (0.5 + around.random());
  if (error instanceof NetworkError) return error.isOffline ? null : backoff;
  // Who has stopped the assistant and goes on talking is there before its turn is let go of, long before its lease ends.
  if (error instanceof Conflict && error.problem.code === 'turn_held') return backoff;
  if (error instanceof Unavailable || error instanceof TooManyRequests) {
    const wanted = Math.max(backoff, error.retryAfterSeconds * 1000);
    return wanted <= LONGEST_PAUSE_MILLISECONDS ? wanted : null;
  }
  return null;
}
