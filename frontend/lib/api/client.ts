import createClient from 'openapi-fetch';
import { send, type Surroundings } from '@/lib/api/retry';
import type { Api, UserPaths } from '@/lib/api';

/** A client of the REST API. Every answer that is not a success is thrown as an `ApiError`. */
export function createApi(options: { baseUrl: string; headers?: Record<string, string> }, around?: Surroundings): Api {
  return createClient<UserPaths>({ ...options, fetch: (request) => send(request, around) });
}

/** The client of this app's pages. */
export const pageApi = createApi({ baseUrl: '/api/backend' });
