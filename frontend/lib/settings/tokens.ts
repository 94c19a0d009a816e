import { api, read, type Schemas } from '@/lib/api';

/** The person's tokens, also those that are good no more. */
export async function readTokens(): Promise<Schemas['Token'][]> {
  return (await read(api.GET('/tokens'))).items;
}
