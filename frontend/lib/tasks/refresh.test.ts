import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Api, Task } from '@/lib/api';
import { NotFound, Unavailable } from '@/lib/api/errors';
import { createData, knownTasks, putTasks } from '@/lib/data';
import { example } from '@/lib/tasks/example';
import { TaskRefresher } from '@/lib/tasks/refresh';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function around(answers: (Task | Error)[]) {
  const data = createData(null);
  putTasks(data, [example({ title: 'before' })]);
  const get = vi.fn(async () => {
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return { data: answer };
  });
  const refresher = new TaskRefresher({ GET: get } as unknown as Api, data);
  return { get, refresher, titles: () => [...knownTasks(data).byId.values()].map(({ title }) => title) };
}

const problem = { status: 503, code: 'c', detail: 'd' };

test('a task is read once, however often it is asked for in a moment', async () => {
  const { get, refresher, titles } = around([example({ title: 'after', version: 2 })]);
  refresher.add('a');
  refresher.add('a');
  await vi.advanceTimersByTimeAsync(10);
  expect(get).toHaveBeenCalledTimes(1);
  expect(titles()).toEqual(['after']);
});

test('one that cannot be read now is read later: its event does not come twice', async () => {
  const { refresher, titles } = around([new Unavailable(problem, null, 9), example({ title: 'after', version: 2 })]);
  refresher.add('a');
  await vi.advanceTimersByTimeAsync(10);
  expect(titles()).toEqual(['before']);
  await vi.advanceTimersByTimeAsync(5_010);
  expect(titles()).toEqual(['after']);
});

test('one that is gone goes', async () => {
  const { refresher, titles } = around([new NotFound({ ...problem, status: 404 }, null)]);
  refresher.add('a');
  await vi.advanceTimersByTimeAsync(10);
  expect(titles()).toEqual([]);
});
