import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Api, Task } from '@/lib/api';
import { Failed, Unavailable } from '@/lib/api/errors';
import { createData, knownTasks, putTasks } from '@/lib/data';
import { example } from '@/lib/tasks/example';
import { refresherOfTasks } from '@/lib/tasks/refresh';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

type Asked = { params: { query: { id: string[] } } };

/** Answers of the server, one request after the other. */
function around(answers: (Task[] | Error)[]) {
  const data = createData(null);
  putTasks(data, [example({ title: 'before' })]);
  const get = vi.fn<(path: string, asked: Asked) => Promise<unknown>>(async () => {
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return { data: { items: answer } };
  });
  const refresher = refresherOfTasks({ GET: get } as unknown as Api, data);
  const asked = () => get.mock.calls.map(([, { params }]) => params.query.id);
  return { asked, refresher, titles: () => [...knownTasks(data).byId.values()].map(({ title }) => title) };
}

const problem = { status: 503, code: 'c', detail: 'd' };

test('a task is read once, however often it is asked for in a moment', async () => {
  const { asked, refresher, titles } = around([[example({ title: 'after', version: 2 })]]);
  refresher.add('a');
  refresher.add('a');
  await vi.advanceTimersByTimeAsync(10);
  expect(asked()).toEqual([['a']]);
  expect(titles()).toEqual(['after']);
});

test('many are read together, and no others', async () => {
  const { asked, refresher, titles } = around([[example({ id: 'b', title: 'b' })], [], []]);
  const ids = Array.from({ length: 120 }, (_, index) => `task ${index}`);
  for (const id of ids) refresher.add(id);
  await vi.advanceTimersByTimeAsync(10);
  expect(asked()).toEqual([ids.slice(0, 50), ids.slice(50, 100), ids.slice(100)]);
  expect(titles()).toEqual(['before', 'b']);
});

test('one that cannot be read now is read later, whatever the reason: its event does not come twice', async () => {
  const after = example({ title: 'after', version: 2 });
  for (const error of [new Unavailable(problem, null, 9), new Failed({ ...problem, status: 500 }, null)]) {
    const { refresher, titles } = around([error, error, [after]]);
    refresher.add('a');
    await vi.advanceTimersByTimeAsync(2_100);
    expect(titles()).toEqual(['before']);
    await vi.advanceTimersByTimeAsync(4_100);
    expect(titles()).toEqual(['after']);
    expect(vi.getTimerCount()).toBe(0);
  }
});

test('one that is gone goes', async () => {
  const { refresher, titles } = around([[]]);
  refresher.add('a');
  await vi.advanceTimersByTimeAsync(10);
  expect(titles()).toEqual([]);
});
