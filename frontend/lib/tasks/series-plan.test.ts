import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Api, Recurrence, Task } from '@/lib/api';
import { Failed } from '@/lib/api/errors';
import { example } from '@/lib/tasks/example';
import { MOST_SERIES, SeriesPlan } from '@/lib/tasks/series-plan';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const DAYS = ['2026-11-23', '2026-11-24', '2026-11-25'];

const weekly: Recurrence = {
  rule: 'FREQ=WEEKLY', mode: 'from_due', open: 'keep_one', catch_up: 'latest', series_id: 's', number: 1,
  start: '2026-11-17', occurrence: '2026-11-17',
};
const series = (id: string, more: Partial<Recurrence> = {}, fields: Partial<Task> = {}) =>
  example({ id, recurrence: { ...weekly, ...more }, ...fields });

/** A plan for three days, beside a server that says of each series that it comes on the second. */
function around() {
  const asked: string[] = [];
  const server = { isDown: false };
  const get = async (_: string, { params }: { params: { path: { id: string } } }) => {
    asked.push(params.path.id);
    if (server.isDown) throw new Failed({ status: 500, code: 'c', detail: 'd' }, null);
    return { data: { items: [{ occurrence: '2026-11-24', state: 'planned' }] } };
  };
  const plan = new SeriesPlan({ GET: get } as unknown as Api, DAYS);
  const follow = async (...tasks: Task[]) => {
    plan.follow(tasks);
    await vi.advanceTimersByTimeAsync(10);
  };
  return { plan, server, asked, follow, planned: () => plan.state.get().planned.map(({ task }) => task.title) };
}

test('a series is asked about once, and again when its newest task has changed', async () => {
  const { asked, follow, planned } = around();
  const [one, other] = [series('a', {}, { title: 'One' }), series('b', {}, { title: 'Other' })];
  await follow(one, other, example({ id: 'c' }));
  expect(planned()).toEqual(['One', 'Other']);
  await follow(one, { ...other, title: 'Another', version: 2 }, example({ id: 'c', version: 2 }));
  expect(planned()).toEqual(['One', 'Another']);
  await follow(one);
  expect(planned()).toEqual(['One']);
  expect(asked).toEqual(['a', 'b', 'b']);
});

test('what can bring nothing on these days is not asked about', async () => {
  const { asked, follow } = around();
  await follow(
    series('not the newest', { next: 'n' }),
    series('after completion', { mode: 'after_completion' }),
    series('later', { occurrence: '2026-11-26T09:00:00' }),
    series('on the last', { occurrence: '2026-11-25T09:00:00' }),
  );
  expect(asked).toEqual(['on the last']);
});

test('how many are left out is said', async () => {
  const { plan, asked, follow } = around();
  await follow(...Array.from({ length: MOST_SERIES + 3 }, (_, index) => series(`s${index}`)));
  expect(asked).toHaveLength(MOST_SERIES);
  expect(plan.state.get()).toMatchObject({ left: 3, isLoading: false, error: null });
});

test('what cannot be read is said, and asked again: later, or at once by whoever wants that', async () => {
  const { plan, server, follow, planned } = around();
  server.isDown = true;
  await follow(series('a', {}, { title: 'One' }));
  expect(plan.state.get()).toMatchObject({ isLoading: false, error: { name: 'ApiError' } });
  server.isDown = false;
  plan.retry();
  expect(plan.state.get()).toMatchObject({ isLoading: true, error: null });
  await vi.advanceTimersByTimeAsync(10);
  expect(planned()).toEqual(['One']);
  server.isDown = true;
  await follow(series('b', {}, { title: 'Other' }));
  server.isDown = false;
  await vi.advanceTimersByTimeAsync(2_010);
  expect(planned()).toEqual(['Other']);
});

test('whoever has left asks about nothing more', async () => {
  const { plan, asked, follow } = around();
  plan.follow([series('a')]);
  plan.leave();
  await vi.advanceTimersByTimeAsync(10);
  expect(asked).toEqual([]);
  await follow(series('a'));
  expect(asked).toEqual(['a']);
});
