import type { Tag } from '@/lib/api';
import { record } from '@/lib/record';
import { withChangedTag, withoutTag, withTag } from '@/lib/tags/list';

/** The tags after an event of one of them, as the log has it (`proto/events.schema.json`). */
export function afterEvent(tags: readonly Tag[], event: unknown): Tag[] {
  const { event_type: type, data } = record(event);
  const { name, color, changes } = record(data);
  if (typeof name !== 'string') return [...tags];
  switch (type) {
    case 'tag.created':
      return withTag(tags, { name, color: colorOf(color) });
    case 'tag.updated': {
      const changed = record(changes);
      const { before } = record(changed.name);
      const old = typeof before === 'string' ? before : name;
      // The answer to our own rename, or the same event once more: then it has the new name already.
      const known = tags.find((tag) => tag.name === old) ?? tags.find((tag) => tag.name === name);
      const after = changed.color ? colorOf(record(changed.color).after) : (known?.color ?? null);
      return withChangedTag(tags, old, { name, color: after });
    }
    case 'tag.deleted':
      return withoutTag(tags, name);
    default:
      return [...tags];
  }
}

function colorOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
