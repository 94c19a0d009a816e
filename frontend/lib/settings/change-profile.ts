import { api, MERGE_PATCH, written, type Schemas } from '@/lib/api';
import type { Data } from '@/lib/data';
import { randomId } from '@/lib/id';
import { settingsMessages } from '@/lib/messages/settings';
import { noteChange } from '@/lib/undo';

/** Changes the time zone or settings, and takes in what they are then. */
export async function changeProfile(data: Data, body: Schemas['ProfilePatch']): Promise<void> {
  const { data: profile, changeSetId } = await written(
    api.PATCH('/profile', { headers: MERGE_PATCH, body, params: { header: { 'Idempotency-Key': randomId() } } }),
  );
  data.profile.set(profile);
  if (changeSetId !== null) noteChange(data, settingsMessages.saved, changeSetId);
}
