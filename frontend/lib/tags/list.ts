import type { Tag } from '@/lib/api';

/** In the place of the one of that name, or else where it belongs by its name. */
export function withTag(tags: readonly Tag[], tag: Tag): Tag[] {
  if (tags.some(({ name }) => name === tag.name)) return tags.map((each) => (each.name === tag.name ? tag : each));
  const at = tags.findIndex(({ name }) => name.localeCompare(tag.name) > 0);
  return at === -1 ? [...tags, tag] : tags.toSpliced(at, 0, tag);
}

export function withoutTag(tags: readonly Tag[], gone: string): Tag[] {
  return tags.filter(({ name }) => name !== gone);
}

/** What a tag has become; if it is called otherwise now, the old name is gone. */
export function withChangedTag(tags: readonly Tag[], name: string, changed: Tag): Tag[] {
  return withTag(name === changed.name ? tags : withoutTag(tags, name), changed);
}
