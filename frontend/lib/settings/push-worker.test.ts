import { readFileSync } from 'node:fs';
import { compileFunction } from 'node:vm';
import { expect, test } from 'vitest';

const SOURCE = readFileSync(`${import.meta.dirname}/../../public/push.js`, 'utf8');
const MESSAGE = {
  kind: 'reminder', title: 'Water the plants', due: 'Saturday, 21 November 2026', task_id: 't', reminder_id: 'r',
  notification_id: 'n', url: 'https://app.example/tasks/t', may_be_twice: false,
};

type Shown = { title: string; body: string; tag?: string; renotify?: boolean; actions: { action: string }[]; data: object };
type Asked = { path: string; method: string | undefined; body: unknown; key: string | null };

/** `public/push.js` in a browser of which nothing is real. `answer` is what the API says. */
function worker(answer: () => Response = () => new Response(null), tabs: object[] = []) {
  const listeners = new Map<string, (event: object) => void>();
  const shown: Shown[] = [];
  const asked: Asked[] = [];
  const opened: string[] = [];
  const self = {
    addEventListener: (type: string, listener: (event: object) => void) => listeners.set(type, listener),
    registration: { showNotification: async (title: string, options: Omit<Shown, 'title'>) => void shown.push({ title, ...options }) },
    clients: { matchAll: async () => tabs, openWindow: async (path: string) => void opened.push(path) },
  };
  const fetch = async (path: string, { method, headers, body }: RequestInit) => {
    const key = new Headers(headers).get('idempotency-key');
    asked.push({ path: path.replace('/api/backend', ''), method, body: JSON.parse(String(body)) as unknown, key });
    return answer();
  };
  compileFunction(SOURCE, ['self', 'fetch', 'crypto'])(self, fetch, crypto);
  const happen = async (type: string, event: object) => {
    let work: unknown;
    listeners.get(type)?.({ ...event, waitUntil: (promise: unknown) => (work = promise) });
    await work;
  };
  const push = (message: object) => happen('push', { data: { json: () => message } });
  const press = (action: string) =>
    happen('notificationclick', { action, notification: { close: () => undefined, data: shown.at(-1)?.data } });
  return { shown, asked, opened, push, press };
}

const refuse = (status: number, detail: string) => () => Response.json({ code: 'refused', detail }, { status });

test('a reminder stands once, however often it comes, and is heard unless it may be a copy', async () => {
  const { shown, push } = worker();
  await push(MESSAGE);
  await push({ ...MESSAGE, notification_id: '', may_be_twice: true });
  expect(shown).toMatchObject([
    { title: 'Water the plants', body: MESSAGE.due, tag: 'r', renotify: true },
    { tag: 'r', renotify: false },
  ]);
  expect(shown[0]?.actions.map(({ action }) => action)).toEqual(['done', 'snooze']);
});

test('what names no task has nothing that could be done about it', async () => {
  const { shown, opened, push, press } = worker();
  await push({});
  expect(shown).toMatchObject([{ title: 'TaskFlow', body: '', actions: [] }]);
  await press('');
  expect(opened).toEqual(['/notifications']);
});

test('pressed, it opens its task where the app is open, or else anew, and is read', async () => {
  const anew = worker();
  await anew.push(MESSAGE);
  await anew.press('');
  expect(anew.opened).toEqual(['/today?task=t']);
  expect(anew.asked).toMatchObject([{ path: '/notifications/read', method: 'POST', body: { ids: ['n'] } }]);

  const seen: string[] = [];
  const tab = { focus: async () => void seen.push('focus'), navigate: async (path: string) => void seen.push(path) };
  const there = worker(undefined, [tab]);
  await there.push({ ...MESSAGE, url: 'https://evil.test/tasks/t' });
  await there.press('');
  expect(seen).toEqual(['focus', '/today?task=t']);
  expect(there.opened).toEqual([]);
});

test('a task is completed, or its reminder snoozed, without the app', async () => {
  const { shown, asked, opened, push, press } = worker();
  await push(MESSAGE);
  await press('done');
  await press('snooze');
  const deeds = asked.filter(({ path }) => path !== '/notifications/read');
  expect(deeds).toMatchObject([
    { path: '/tasks/t/complete', method: 'PATCH', body: { completed: true } },
    { path: '/reminders/r/snooze', method: 'POST', body: { minutes: 60 } },
  ]);
  expect(new Set(asked.map(({ key }) => key)).size).toBe(3);
  expect(shown).toHaveLength(1);
  expect(opened).toEqual([]);
});

test.each([
  ['refused', refuse(409, 'The task is completed'), 'Not done: The task is completed'],
  ['signed out', refuse(401, 'Sign in first'), 'Not done: you’re signed out. Open this to sign in.'],
  ['out of order', refuse(503, 'busy'), 'Not done: the server can’t be reached. Try again.'],
  ['by nobody', () => { throw new TypeError('Failed to fetch'); }, 'Not done: the server can’t be reached. Try again.'],
])('what is not done (%s) is said, and can be tried again as the same deed', async (_, answer, body) => {
  const { shown, asked, push, press } = worker(answer);
  await push(MESSAGE);
  await press('snooze');
  expect(shown).toMatchObject([{}, { title: 'Water the plants', body, tag: 'r', renotify: true }]);
  await press('snooze');
  const [first, second] = asked.filter(({ path }) => path === '/reminders/r/snooze');
  expect(second?.key).toBe(first?.key);
  expect(first?.key).toMatch(/^[0-9a-f-]{36}-snooze$/);
});
