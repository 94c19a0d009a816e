import { amend } from '@/lib/amend';
import { read, type Api } from '@/lib/api';
import type { Data } from '@/lib/data';
import { Refresher } from '@/lib/refresher';
import { afterEvent } from '@/lib/tags/event';

const AT_ONCE = 500;
const TYPES = ['tag.created', 'tag.updated', 'tag.deleted'];

/** Brings tags up to date by their events. A notice of one does not say what the tag is called; the log does. */
export function refresherOfTags(api: Api, data: Data): Refresher<number> {
  return new Refresher((seqs) => follow(api, data, Math.min(...seqs) - 1), AT_ONCE);
}

/** In their order, and up to the newest: whatever is applied twice is so once more in the end. */
async function follow(api: Api, data: Data, from: number): Promise<void> {
  for (let after = from, head = Infinity; after < head; ) {
    const query = { after, type: TYPES, limit: AT_ONCE };
    const page = await read(api.GET('/events', { params: { query } }));
    amend(data.tags, (tags) => page.items.reduce<typeof tags>(afterEvent, tags));
    after = page.next_after;
    head = page.head;
  }
}
