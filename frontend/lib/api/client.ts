import createClient from 'openapi-fetch';
import { Unauthenticated } from '@/lib/api/errors';
import { send, type Surroundings } from '@/lib/api/retry';
import type { Api, UserPaths } from '@/lib/api';
import { ofThisPage } from '@/lib/page-user';
import { sessionOver } from '@/lib/session-over';

/** A client of the REST API. Every answer that is not a success is thrown as an `ApiError`. */
export function createApi(options: { baseUrl: string; headers?: Record<string, string> }, around?: Surroundings): Api {
  return createClient<UserPaths>({ ...options, fetch: (request) => send(request, around) });
}

const baseUrl = '/api/backend';

/** Sends what a page of ours asks. Where the session is over, it goes to sign in, and comes back. */
export async function sendFromPage(request: Request): Promise<Response> {
  try {
    return await send(ofThisPage(request));
  } catch (error) {
    if (error instanceof Unauthenticated) sessionOver();
    throw error;
  }
}

/** The client of this app's pages. */
export const pageApi: Api = createClient<UserPaths>({ baseUrl, fetch: sendFromPage });

/** The same for what is asked while somebody types: they are not led away before they are done. */
export const quietApi: Api = createClient<UserPaths>({ baseUrl, fetch: (request) => send(ofThisPage(request)) });
