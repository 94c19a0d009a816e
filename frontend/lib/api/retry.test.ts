import { expect, test } from 'vitest';
import {
  Conflict, Failed, Forbidden, Invalid, NetworkError, NotFound, Stale, TooLarge, TooManyRequests, Unauthenticated, Unavailable,
} from '@/lib/api/errors';
import { send, type Surroundings } from '@/lib/api/retry';

type Answer = number | 'broken' | Response;

function around(answers: Answer[], isOnline = true) {
  const pauses: number[] = [];
  const bodies: string[] = [];
  const surroundings: Surroundings = {
    fetch: async (request) => {
      bodies.push(await request.text());
      const answer = answers.shift() ?? 200;
      if (answer === 'broken') throw new TypeError('fetch failed');
      return typeof answer === 'number' ? new Response('{}', { status: answer }) : answer;
    },
    pause: async (milliseconds) => void pauses.push(milliseconds),
    random: () => 0.5,
    isOnline: () => isOnline,
  };
  return { surroundings, pauses, bodies };
}

const URL = 'http://localhost/api/backend/tasks';
const get = () => new Request(URL);
const post = (headers: Record<string, string> = {}) => new Request(URL, { method: 'POST', body: 'x', headers });
const problem = (status: number, fields: object = {}, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify({ status, code: 'c', detail: 'because', ...fields }), { status, headers });

test('reads are repeated until they are answered, with growing pauses', async () => {
  const { surroundings, pauses } = around(['broken', 503, 200]);
  expect((await send(get(), surroundings)).status).toBe(200);
  expect(pauses).toHaveLength(2);
  expect(pauses[1]).toBeGreaterThan(pauses[0] ?? 0);
});

test('a write without a key is sent once', async () => {
  const { surroundings, bodies } = around(['broken', 200]);
  await expect(send(post(), surroundings)).rejects.toBeInstanceOf(NetworkError);
  expect(bodies).toHaveLength(1);
});

test('a write with a key is sent again, with its body', async () => {
  const { surroundings, bodies } = around(['broken', 503, 200]);
  await send(post({ 'Idempotency-Key': 'k' }), surroundings);
  expect(bodies).toEqual(['x', 'x', 'x']);
});

test('not for ever', async () => {
  const { surroundings, bodies } = around(Array<Answer>(10).fill(503));
  await expect(send(get(), surroundings)).rejects.toBeInstanceOf(Unavailable);
  expect(bodies).toHaveLength(4);
});

test('without a network nothing is repeated, and that is what is said', async () => {
  const { surroundings, bodies } = around(['broken', 200], false);
  await expect(send(get(), surroundings)).rejects.toMatchObject({ isOffline: true });
  expect(bodies).toHaveLength(1);
});

test('as long as the server asks for is waited, unless it is too long', async () => {
  const soon = around([problem(429, {}, { 'Retry-After': '2' }), 200]);
  await send(get(), soon.surroundings);
  expect(soon.pauses).toEqual([2000]);
  const late = around([problem(429, {}, { 'Retry-After': '60' }), 200]);
  await expect(send(get(), late.surroundings)).rejects.toMatchObject({ retryAfterSeconds: 60 });
});

test('a conversation that is still being answered is waited for, a little', async () => {
  const held = () => problem(409, { code: 'turn_held' }, { 'Retry-After': '60' });
  const stopped = around([held(), 200]);
  expect((await send(post({ 'Idempotency-Key': 'k' }), stopped.surroundings)).status).toBe(200);
  const busy = around(Array.from({ length: 10 }, held));
  await expect(send(post({ 'Idempotency-Key': 'k' }), busy.surroundings)).rejects.toBeInstanceOf(Conflict);
  expect(busy.pauses).toHaveLength(3);
});

test('somebody who gave up hears that they gave up', async () => {
  const leaving = new AbortController();
  const { surroundings } = around(['broken']);
  leaving.abort(new Error('gone'));
  await expect(send(new Request(URL, { signal: leaving.signal }), surroundings)).rejects.toThrow('gone');
});

test.each([
  [400, Invalid], [401, Unauthenticated], [403, Forbidden], [404, NotFound], [409, Conflict], [412, Stale],
  [413, TooLarge], [422, Invalid], [429, TooManyRequests], [500, Failed], [418, Failed],
])('%i is an error of its own', async (status, type) => {
  const { surroundings } = around([problem(status, {}, { 'Retry-After': '99' })]);
  await expect(send(post(), surroundings)).rejects.toBeInstanceOf(type);
});

test('errors say what the server said', async () => {
  const stale = around([problem(412, { current_version: 7 })]);
  await expect(send(post(), stale.surroundings)).rejects.toMatchObject({ currentVersion: 7, message: 'because' });
  const invalid = around([problem(422, { field: 'title' }, { 'X-Correlation-ID': 'abc' })]);
  await expect(send(post(), invalid.surroundings)).rejects.toMatchObject({ field: 'title', correlationId: 'abc' });
});

test.each([
  [403, 'You don’t have permission to do this.'],
  [404, 'This doesn’t exist or has been deleted.'],
  [409, 'This conflicts with what’s there now.'],
  [412, 'This was changed elsewhere in the meantime.'],
  [413, 'This is too large.'],
  [422, 'Something here isn’t valid. Check it and try again.'],
  [429, 'Too many requests. Try again in 1 second.'],
  [500, 'Something went wrong on our side.'],
  [503, 'The service is busy or restarting. Try again in a moment.'],
])('%i that is no problem document still has a message of its own', async (status, message) => {
  const { surroundings } = around([new Response('<html>', { status })]);
  await expect(send(post(), surroundings)).rejects.toThrow(message);
});

test.each([
  [true, 'The server can’t be reached. Check your connection and try again.'],
  [false, 'You’re offline. Try again when you’re back online.'],
])('without an answer it is said whether there is a network: %s', async (isOnline, message) => {
  const { surroundings } = around(['broken'], isOnline);
  await expect(send(post(), surroundings)).rejects.toThrow(message);
});
