import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createData, type Data } from '@/lib/data';
import { countAsked, forgetAsked, KeptWrites } from '@/lib/offline/asked';
import { example } from '@/lib/tasks/example';
import { giveId } from '@/lib/tasks/given-ids';
import { completion, creation, update, type TaskWrite } from '@/lib/tasks/write';

const { kept } = vi.hoisted(() => ({ kept: new Map<string, unknown>() }));

/** As IndexedDB does it: what is kept is a copy, and comes in the order of its keys. */
vi.mock('idb-keyval', () => ({
  createStore: () => undefined,
  entries: async () => [...kept].sort(([a], [b]) => (a < b ? -1 : 1)),
  setMany: async (pairs: [string, unknown][]) => pairs.forEach(([key, value]) => kept.set(key, structuredClone(value))),
  del: async (key: string) => void kept.delete(key),
  clear: async () => kept.clear(),
}));

/** Without a network whatever is asked for waits. */
vi.mock('@/lib/tasks/write-task', () => ({ writeTask: async (data: Data, write: TaskWrite) => ask(data, write) }));

function ask(data: Data, ...writes: TaskWrite[]): void {
  data.writes.pending.set((pending) => [...pending, ...writes]);
}

const pendingOf = (data: Data) => data.writes.pending.get();

beforeEach(() => {
  kept.clear();
  vi.spyOn(Date, 'now').mockReturnValue(1_000);
});

afterEach(() => void vi.restoreAllMocks());

/** Somebody opens a page. */
async function open(userId = 'ada') {
  const data = createData(null);
  const writes = new KeptWrites(data, userId);
  const leave = writes.follow();
  await writes.askAgain();
  return { data, writes, leave };
}

const seen = example({ title: 'Before' });
const first: TaskWrite = { ...update(seen, { title: 'First' })!, key: 'z' };
const second: TaskWrite = { ...update(seen, { title: 'Second' })!, key: 'a' };

test('what waits is asked for again as it came, however often a page is opened', async () => {
  const { data, leave } = await open();
  ask(data, first);
  ask(data, second);
  leave();
  for (let visit = 0; visit < 2; visit += 1) {
    const page = await open();
    expect(pendingOf(page.data)).toEqual([first, second]);
    page.leave();
  }
});

test('what is asked for later comes later, also after the clock was set back', async () => {
  const before = await open();
  ask(before.data, first);
  before.leave();
  vi.mocked(Date.now).mockReturnValue(10);
  const page = await open();
  ask(page.data, second);
  page.leave();
  expect(pendingOf((await open()).data)).toEqual([first, second]);
});

test('what is answered is not asked for again, and what is tried again is', async () => {
  const { data } = await open();
  ask(data, first, second);
  data.writes.pending.set([second]);
  expect([...kept.keys()]).toEqual(['a']);
  ask(data, first);
  expect(pendingOf((await open()).data)).toEqual([second, first]);
});

test('what is under way already, and what another person has asked for, is left alone', async () => {
  const ada = await open();
  ask(ada.data, first);
  await ada.writes.askAgain();
  expect(pendingOf(ada.data)).toEqual([first]);
  expect(pendingOf((await open('bob')).data)).toEqual([]);
});

test('what is asked of a new task is about what was saved, also for a page that did not hear of that', async () => {
  const { data, leave } = await open();
  const created = creation({ title: 'New' });
  const draft = example({ id: created.key, title: 'New', version: 0 });
  const changes = [update(draft, { priority: 'high' })!, completion(draft.id, true), creation({ title: 'Part', parent_id: draft.id })];
  ask(data, created, ...changes);
  giveId(created.key, { id: 'given', version: 3 });
  data.writes.pending.set(changes);
  leave();
  expect(pendingOf((await open()).data)).toMatchObject([
    { kind: 'update', id: 'given', version: 3 },
    { kind: 'complete', id: 'given' },
    { kind: 'create', task: { parent_id: 'given' } },
  ]);
});

test('what has not been sent is counted, in whichever tab it was asked for, until it is forgotten', async () => {
  const [tab, other, bob] = [await open(), await open(), await open('bob')];
  ask(tab.data, first);
  ask(other.data, second);
  ask(bob.data, { ...second, key: 'of Bob' });
  expect(await countAsked(tab.data, 'ada')).toBe(2);
  tab.data.writes.pending.set([]);
  expect(await countAsked(tab.data, 'ada')).toBe(1);
  await forgetAsked();
  expect(await countAsked(createData(null), 'ada')).toBe(0);
});
