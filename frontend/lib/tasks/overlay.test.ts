import { expect, test } from 'vitest';
import { byId, example } from '@/lib/tasks/example';
import { giveId } from '@/lib/tasks/given-ids';
import { overlay } from '@/lib/tasks/overlay';
import { completion, creation, deletion, ofSeries, together, update, type TaskWrite } from '@/lib/tasks/write';

const NOW = '2026-11-21T09:00:00.000Z';
const task = example();

const written = (...writes: (TaskWrite | null)[]) =>
  overlay(byId(task, example({ id: 'part', parent_id: 'a' })), writes.filter((write) => write !== null), NOW);

test('nothing under way is no work', () => {
  const saved = byId(task);
  expect(overlay(saved, [], NOW)).toBe(saved);
});

test('changes are seen in the order in which they were made', () => {
  const tasks = written(update(task, { title: 'one' }), update(task, { title: 'two', priority: 'high' }));
  expect(tasks.get('a')).toMatchObject({ title: 'two', priority: 'high', version: 1 });
});

test('a new due date has no instant until the server says so', () => {
  const dated = example({ due_at: '2026-11-30T22:59:59Z', due: { kind: 'date', date: '2026-11-30' } });
  const tasks = overlay(byId(dated), [update(dated, { due: { kind: 'date', date: '2026-12-01' } })!], NOW);
  expect(tasks.get('a')?.due_at).toBeNull();
});

test('completing and reopening', () => {
  expect(written(completion('a', true)).get('a')).toMatchObject({ completed: true, completed_at: NOW });
  expect(written(completion('a', true), completion('a', false)).get('a')).toMatchObject({ completed: false });
});

test('a deleted task goes with its parts', () => {
  expect([...written(deletion('a')).keys()]).toEqual([]);
});

test('a new task is there at once', () => {
  const write = creation({ title: 'new', tags: ['home'] });
  expect(written(write).get(write.key)).toMatchObject({ title: 'new', tags: ['home'], version: 0 });
});

test('a copy is there at once with its parts, and only once when it is saved before them', () => {
  const copy: TaskWrite = { key: 'copy', kind: 'create', task: { title: 'whole' }, parts: [{ title: 'part' }] };
  const shown = (saved = byId()) => [...overlay(saved, [copy], NOW).values()].map(({ id, title, parent_id }) => [id, title, parent_id]);
  expect(shown()).toEqual([['copy', 'whole', null], ['copy-0', 'part', 'copy']]);
  giveId('copy', 'saved copy');
  expect(shown(byId(example({ id: 'saved copy', title: 'whole' })))).toEqual([
    ['saved copy', 'whole', null],
    ['copy-0', 'part', 'saved copy'],
  ]);
});

test('what was asked for before a task was saved is seen on it afterwards', () => {
  const write = creation({ title: 'new' });
  const draft = written(write).get(write.key)!;
  const changes = [update(draft, { priority: 'high' })!, completion(draft.id, true)];
  expect(written(write, ...changes).get(write.key)).toMatchObject({ priority: 'high', completed: true });
  giveId(write.key, { id: 'given', version: 1 });
  const saved = overlay(byId(example({ id: 'given', title: 'new' })), changes, NOW);
  expect(saved.get('given')).toMatchObject({ priority: 'high', completed: true });
});

test('a change of a task that is gone shows nothing', () => {
  const tasks = overlay(new Map(), [update(task, { title: 'late' })!], NOW);
  expect(tasks.size).toBe(0);
});

test('several tasks at once, and what becomes of a series', () => {
  const dated = example({ due: { kind: 'date', date: '2026-11-30' } });
  const batch = together([dated, example({ id: 'b' })], (seen) => ({ tags: [...seen.tags, 'home'] }));
  const tasks = overlay(byId(dated, example({ id: 'b' })), [batch!], NOW);
  expect([...tasks.values()].map(({ tags }) => tags)).toEqual([['home'], ['home']]);
  const skipped = ofSeries(dated, 'skipped', { due: { kind: 'date', date: '2026-12-07' } });
  expect(overlay(byId(dated), [skipped], NOW).get('a')?.due).toEqual({ kind: 'date', date: '2026-12-07' });
});

test('what changes nothing is not done to several tasks either', () => {
  expect(together([example({ completed: true })], 'complete')).toBeNull();
  expect(together([example({ priority: 'high' })], () => ({ priority: 'high' }))).toBeNull();
});
