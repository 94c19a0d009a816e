import type { Client } from 'openapi-fetch';
import type { components, paths } from '@/lib/api/schema';

/** The backend's document, without the owner in its paths: whose they are follows from the session. */
type Prefix = '/api/{user_id}';
export type UserPaths = { [P in keyof paths as P extends `${Prefix}${infer Rest}` ? Rest : never]: paths[P] };

export type Schemas = components['schemas'];
export type Task = Schemas['Task'];
export type TaskPatch = Schemas['TaskPatch'];
export type NewTask = Schemas['NewTask'];
export type Due = Schemas['Due'];
export type Priority = Schemas['Priority'];
export type Project = Schemas['Project'];
/** How many tasks carry it, whoever has the tasks counts. */
export type Tag = Omit<Schemas['Tag'], 'tasks'>;
export type NewRecurrence = Schemas['NewRecurrence'];
export type Recurrence = Schemas['Recurrence'];
export type Reminder = Schemas['Reminder'];
export type QuickTask = Schemas['QuickTask'];
export type Profile = Schemas['Profile'];
export type UndoReport = Schemas['Report'];

export type Api = Pick<Client<UserPaths>, 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'>;

/**
 * The client of this app's pages. A page comes with its data, so what asks for more is loaded
 * when somebody asks.
 */
export const api: Api = {
  GET: later('GET'),
  POST: later('POST'),
  PUT: later('PUT'),
  PATCH: later('PATCH'),
  DELETE: later('DELETE'),
};

function later<M extends keyof Api>(method: M): Api[M] {
  const call = async (...request: unknown[]) => {
    const { pageApi } = await import('@/lib/api/client');
    return (pageApi[method] as (...request: unknown[]) => Promise<unknown>)(...request);
  };
  return call as Api[M];
}

/** The body of a JSON Merge Patch. */
export const MERGE_PATCH = { 'Content-Type': 'application/merge-patch+json' } as const;

/** What a write answered, and by what it can be undone; null when it changed nothing. */
export type Written<T> = { data: T; changeSetId: string | null };

/** The body of an answer. */
export async function read<T>(answer: Promise<{ data?: T }>): Promise<T> {
  const { data } = await answer;
  if (data === undefined) throw new TypeError('The answer has no body');
  return data;
}

/** The body of the answer to a write, and its change-set. */
export async function written<T>(answer: Promise<{ data?: T; response: Response }>): Promise<Written<T>> {
  const { data, response } = await answer;
  // A deletion has no body, and its type says so.
  return { data: data as T, changeSetId: response.headers.get('x-change-set-id') };
}

/** The ETag of a version. */
export function etag(version: number): string {
  return `"${version}"`;
}
