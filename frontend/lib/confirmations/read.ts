import { api, read } from '@/lib/api';
import type { Confirmation } from '@/lib/confirmations/preview';
import type { Aggregate } from '@/lib/heard';

/** Calls of tools are told of among what happens in conversations, whoever has made them. */
export const OF_CONFIRMATIONS: readonly Aggregate[] = ['conversation'];

/** What waits for the person's yes, the oldest first. */
export async function readConfirmations(): Promise<Confirmation[]> {
  return (await read(api.GET('/confirmations'))).items;
}
