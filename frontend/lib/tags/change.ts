import { api, MERGE_PATCH, written, type Tag } from '@/lib/api';
import type { Data } from '@/lib/data';
import { expecting } from '@/lib/expecting';
import { randomId } from '@/lib/id';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { withChangedTag, withoutTag } from '@/lib/tags/list';
import { noteChange } from '@/lib/undo';

const text = dialogsMessages.changes;

/** Where the name is taken the two become one, in the other's colour. */
export async function changeTag(data: Data, name: string, wanted: { name: string; color: string | null }): Promise<Tag> {
  const body = wanted.name === name ? { color: wanted.color } : wanted;
  const params = { path: { name }, header: { 'Idempotency-Key': randomId() } };
  const shown = (tags: Tag[]) =>
    tags.some((tag) => tag.name === wanted.name && tag.name !== name)
      ? withoutTag(tags, name)
      : tags.map((tag) => (tag.name === name ? { ...tag, ...body } : tag));
  const { data: tag, changeSetId } = await expecting(
    data.tags,
    shown,
    () => written<Tag>(api.PATCH('/tags/{name}', { headers: MERGE_PATCH, body, params })),
    (tags, { data: changed }) => withChangedTag(tags, name, changed),
  );
  if (changeSetId !== null) noteChange(data, text.tagChanged, changeSetId);
  return tag;
}

export async function removeTag(data: Data, name: string): Promise<void> {
  const params = { path: { name }, header: { 'Idempotency-Key': randomId() } };
  const others = (tags: Tag[]) => withoutTag(tags, name);
  const remove = () => written(api.DELETE('/tags/{name}', { params }));
  const { changeSetId } = await expecting(data.tags, others, remove, others);
  if (changeSetId !== null) noteChange(data, text.tagDeleted, changeSetId);
}
