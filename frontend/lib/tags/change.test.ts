import { beforeEach, expect, test, vi } from 'vitest';
import type { Tag } from '@/lib/api';
import { Invalid } from '@/lib/api/errors';
import { createData } from '@/lib/data';
import { changeTag, removeTag } from '@/lib/tags/change';

const TAGS: Tag[] = [
  { name: 'home', color: '#0f8b7d' },
  { name: 'work', color: null },
];

const server = vi.hoisted(() => ({ refusal: null as Error | null }));

vi.mock('@/lib/api/client', () => {
  const answer = async (data?: unknown) => {
    if (server.refusal) throw server.refusal;
    return { data, response: new Response() };
  };
  return {
    pageApi: {
      GET: async () => ({ data: { items: TAGS } }),
      PATCH: (_: string, { body }: { body: Partial<Tag> }) => answer({ ...TAGS[0], ...body }),
      DELETE: () => answer(),
    },
  };
});

function page() {
  const data = createData({ cursor: 0, tasks: [], next: null, projects: [], tags: TAGS, profile: null! });
  return { data, tags: () => data.tags.value?.map(({ name, color }) => [name, color]) };
}

beforeEach(() => {
  server.refusal = null;
});

test('another name and colour are shown at once', async () => {
  const { data, tags } = page();
  const done = changeTag(data, 'home', { name: 'house', color: '#3b7dd8' });
  expect(tags()).toEqual([['house', '#3b7dd8'], ['work', null]]);
  expect(await done).toMatchObject({ name: 'house' });
});

test('a tag that gets the name of another is that one', async () => {
  const { data, tags } = page();
  const done = changeTag(data, 'home', { name: 'work', color: '#3b7dd8' });
  expect(tags()).toEqual([['work', null]]);
  await done;
});

test('what is refused is as before, and the caller knows why', async () => {
  server.refusal = new Invalid({ status: 422, code: 'invalid', detail: 'A tag must not be blank', field: 'name' }, null);
  const { data, tags } = page();
  const changed = changeTag(data, 'home', { name: '#', color: null });
  await expect(changed).rejects.toMatchObject({ field: 'name' });
  const removed = removeTag(data, 'work');
  expect(tags()).toEqual([['home', '#0f8b7d']]);
  await expect(removed).rejects.toBe(server.refusal);
  expect(tags()).toEqual([['home', '#0f8b7d'], ['work', null]]);
});
