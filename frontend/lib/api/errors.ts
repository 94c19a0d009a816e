import { errorMessages } from '@/lib/messages/errors';

/** The backend's problem document (RFC 9457), as far as it was one. */
export type Problem = {
  status: number;
  code: string;
  detail: string;
  field?: string | null | undefined;
  current_version?: number | null | undefined;
  change_set_id?: string | null | undefined;
};

/** A request that was not carried out. `message` is for people. */
export abstract class ApiError extends Error {
  override name = 'ApiError';

  /** Whether the same request may well succeed in a moment. */
  get isPassing(): boolean {
    return false;
  }
}

/** What to tell somebody of a request that did not work. */
export function messageOf(error: unknown): string {
  return error instanceof ApiError ? error.message : errorMessages.failed;
}

/** There was no answer: nobody knows whether the request arrived. */
export class NetworkError extends ApiError {
  constructor(readonly isOffline: boolean, options?: ErrorOptions) {
    super(isOffline ? errorMessages.offline : errorMessages.network, options);
  }

  override get isPassing(): boolean {
    return true;
  }
}

/** There was an answer, and it was no. */
export abstract class Refused extends ApiError {
  constructor(
    readonly problem: Problem,
    /** To be found in the logs by. */
    readonly correlationId: string | null,
    message: string = problem.detail,
  ) {
    super(message);
  }
}

/** 401: the session is over. */
export class Unauthenticated extends Refused {}
/** 403 */
export class Forbidden extends Refused {}
/** 404: it does not exist, or no longer. */
export class NotFound extends Refused {}
/** 409: it does not fit what is there. */
export class Conflict extends Refused {}
/** 413 */
export class TooLarge extends Refused {}
/** 500, and whatever nobody expected. */
export class Failed extends Refused {}

/** 412: it has changed since it was read. */
export class Stale extends Refused {
  get currentVersion(): number | null {
    return this.problem.current_version ?? null;
  }
}

/** 422, or 400: the field says which part of it is wrong. */
export class Invalid extends Refused {
  get field(): string | null {
    return this.problem.field ?? null;
  }
}

/** 429 */
export class TooManyRequests extends Refused {
  constructor(problem: Problem, correlationId: string | null, readonly retryAfterSeconds: number) {
    super(problem, correlationId, errorMessages.tooManyRequests(retryAfterSeconds));
  }

  override get isPassing(): boolean {
    return true;
  }
}

/** 502, 503, 504 */
export class Unavailable extends Refused {
  constructor(problem: Problem, correlationId: string | null, readonly retryAfterSeconds: number) {
    super(problem, correlationId, errorMessages.unavailable);
  }

  override get isPassing(): boolean {
    return true;
  }
}

/** What an answer that is not a success means. */
export async function refusalOf(response: Response): Promise<Refused> {
  const problem = await problemOf(response);
  const correlationId = response.headers.get('x-correlation-id');
  const retryAfter = Number(response.headers.get('retry-after')) || 1;
  switch (response.status) {
    case 400:
    case 422:
      return new Invalid(problem, correlationId);
    case 401:
      return new Unauthenticated(problem, correlationId, errorMessages.signedOut);
    case 403:
      return new Forbidden(problem, correlationId);
    case 404:
      return new NotFound(problem, correlationId);
    case 409:
      return new Conflict(problem, correlationId);
    case 412:
      return new Stale(problem, correlationId);
    case 413:
      return new TooLarge(problem, correlationId);
    case 429:
      return new TooManyRequests(problem, correlationId, retryAfter);
    case 502:
    case 503:
    case 504:
      return new Unavailable(problem, correlationId, retryAfter);
    default:
      return new Failed(problem, correlationId, errorMessages.failed);
  }
}

/** What is said of a status where nothing else was, such as by a proxy in front. */
const USUAL: Partial<Record<number, string>> = {
  400: errorMessages.invalid,
  403: errorMessages.forbidden,
  404: errorMessages.notFound,
  409: errorMessages.conflict,
  412: errorMessages.stale,
  413: errorMessages.tooLarge,
  422: errorMessages.invalid,
};

async function problemOf(response: Response): Promise<Problem> {
  const { status } = response;
  const fallback = { status, code: 'unknown', detail: USUAL[status] ?? errorMessages.failed };
  const body: unknown = await response.json().catch(() => null);
  return isProblem(body) ? body : fallback;
}

function isProblem(body: unknown): body is Problem {
  return (
    typeof body === 'object' && body !== null && 'detail' in body && typeof body.detail === 'string' &&
    'code' in body && typeof body.code === 'string'
  );
}
