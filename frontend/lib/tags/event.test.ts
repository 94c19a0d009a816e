import { expect, test } from 'vitest';
import { afterEvent } from '@/lib/tags/event';

test('a tag keeps its colour when it is renamed, also if that is told once more', () => {
  const renamed = { event_type: 'tag.updated', data: { name: 'job', changes: { name: { before: 'work', after: 'job' } } } };
  const once = afterEvent([{ name: 'work', color: '#ff0000' }], renamed);
  expect(once).toEqual([{ name: 'job', color: '#ff0000' }]);
  expect(afterEvent(once, renamed)).toEqual(once);
});
