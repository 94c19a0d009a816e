import { api, MERGE_PATCH, written, type Profile, type Schemas } from '@/lib/api';
import type { Data } from '@/lib/data';
import { randomId } from '@/lib/id';
import { settingsMessages } from '@/lib/messages/settings';
import { noteChange } from '@/lib/undo';

/** Changes the time zone or settings. The zone is another one at once; a form of settings shows what it says anyway. */
export async function changeProfile(data: Data, body: Schemas['ProfilePatch']): Promise<void> {
  const shown = (profile: Profile) => ({ ...profile, time_zone: body.time_zone ?? profile.time_zone });
  const params = { header: { 'Idempotency-Key': randomId() } };
  const end = data.profile.expect(shown);
  try {
    const { data: profile, changeSetId } = await written(api.PATCH('/profile', { headers: MERGE_PATCH, body, params }));
    // The answer is all of it: there is nothing to be read anew.
    data.profile.set(profile);
    if (changeSetId !== null) noteChange(data, settingsMessages.saved, changeSetId);
  } finally {
    end(false);
  }
}
