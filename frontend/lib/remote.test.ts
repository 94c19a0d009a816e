import { expect, test, vi } from 'vitest';
import { Forbidden, Unavailable } from '@/lib/api/errors';
import { Remote } from '@/lib/remote';

test('it is read once, however many want it', async () => {
  let reads = 0;
  const remote = new Remote(async () => (reads += 1));
  remote.ensure();
  remote.ensure();
  await remote.refresh();
  expect(remote.value).toBe(2);
  remote.ensure();
  expect(reads).toBe(2);
});

test('what changes during the reading is read once more', async () => {
  let version = 1;
  const remote = new Remote(async () => version);
  const reading = remote.refresh();
  version = 2;
  void remote.refresh();
  void remote.refresh();
  await reading;
  expect(remote.value).toBe(2);
});

test('what is known stays when reading anew fails', async () => {
  const remote = new Remote<string>(() => Promise.reject(new Error('down')), 'known');
  await remote.refresh();
  expect(remote.state()).toMatchObject({ value: 'known', isLoading: false, error: { message: 'down' } });
});

test('at first it is loading, and then there is a value or an error', async () => {
  const remote = new Remote(async () => 1);
  expect(remote.state().isLoading).toBe(true);
  await remote.refresh();
  expect(remote.state()).toEqual({ value: 1, error: null, isLoading: false });
});

const problem = { status: 503, code: 'c', detail: 'd' };

test('what fails in passing is there when it has passed, without being asked for again', async () => {
  vi.useFakeTimers();
  try {
    const answers = [new Unavailable(problem, null, 1), new Unavailable(problem, null, 1), 'there'];
    const remote = new Remote(async () => {
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return answer;
    });
    await remote.refresh();
    // Whoever looks at what went wrong goes on looking at it.
    expect(remote.state()).toMatchObject({ isLoading: false, error: { name: 'ApiError' } });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(remote.state()).toMatchObject({ isLoading: false, error: { name: 'ApiError' } });
    await vi.advanceTimersByTimeAsync(4_000);
    expect(remote.state()).toEqual({ value: 'there', isLoading: false, error: null });
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test('what is refused is not asked for again', async () => {
  vi.useFakeTimers();
  try {
    const remote = new Remote(() => Promise.reject(new Forbidden({ ...problem, status: 403 }, null)));
    await remote.refresh();
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});
