import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test, vi } from 'vitest';
import { answer } from '@/lib/bff/answer';
import { capped, TooLarge } from '@/lib/bff/body';
import { forward, forwardChat, forwardDecision, pathOf } from '@/lib/bff/forward';
import { isSameOrigin } from '@/lib/bff/same-origin';

vi.mock('@/lib/env', () => ({ env: () => ({ APP_URL: 'http://localhost:3000' }) }));
vi.mock('@/lib/auth/bearer', () => {
  const found = async () => ({ bearer, cookies: [] });
  return { findBearer: found, findBearerNow: found };
});

const APP = 'http://localhost:3000';
const bearer = { userId: 'somebody', jwt: 'a.b.c' };

let server: Server | undefined;

afterEach(() => void server?.close());

async function backend(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const request = (path: string, init: RequestInit & { duplex?: 'half' } = {}) => new Request(`${APP}/api/backend${path}`, init);

test('the owner and the bearer are added, and the cookie stays here', async () => {
  const seen: Partial<Record<string, unknown>> = {};
  const url = await backend((incoming, response) => {
    Object.assign(seen, { url: incoming.url, ...incoming.headers });
    response.end('{}');
  });
  const headers = { cookie: 'better-auth.session_token=secret', 'x-run-id': 'r', 'if-match': '"1"', authorization: 'Bearer mine' };
  await forward(request('/tasks?q=a%20b', { headers }), '/tasks', bearer, url);
  expect(seen).toMatchObject({ url: '/api/somebody/tasks?q=a%20b', authorization: 'Bearer a.b.c', 'if-match': '"1"' });
  expect(seen).not.toHaveProperty('cookie');
  expect(seen).not.toHaveProperty('x-run-id');
});

test('a body goes on, an answer comes back with what matters of it', async () => {
  const url = await backend((incoming, response) => {
    void text(incoming).then((body) => {
      response.writeHead(412, { etag: '"2"', 'x-change-set-id': 'c', 'set-cookie': 'evil=1', server: 'x' });
      response.end(body.toUpperCase());
    });
  });
  const asked = request('/tasks', { method: 'POST', body: 'hello' });
  const answer = await forward(asked, '/tasks', bearer, url);
  expect(answer.status).toBe(412);
  expect(await answer.text()).toBe('HELLO');
  expect(answer.headers.get('etag')).toBe('"2"');
  expect(answer.headers.get('x-change-set-id')).toBe('c');
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(answer.headers.get('set-cookie')).toBeNull();
  expect(answer.headers.get('server')).toBeNull();
});

test('an answer is passed on as it comes', async () => {
  const url = await backend((_, response) => {
    response.write('first');
    setTimeout(() => response.end('last'), 300);
  });
  const answer = await forward(request('/export'), '/export', bearer, url);
  const reader = answer.body?.getReader();
  const chunk = await reader?.read();
  expect(new TextDecoder().decode(chunk?.value)).toBe('first');
  await reader?.cancel();
});

test('a body that is too large is refused, whether it says so or not', async () => {
  const url = await backend((incoming, response) => {
    incoming.resume();
    incoming.on('end', () => response.end('{}'));
  });
  const large = 'x'.repeat(600_000);
  const honest = request('/tasks', { method: 'POST', body: large, headers: { 'content-length': String(large.length) } });
  await expect(forward(honest, '/tasks', bearer, url)).rejects.toBeInstanceOf(TooLarge);
  const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(100_000)) });
  const silent = request('/tasks', { method: 'POST', body: endless, duplex: 'half' });
  await expect(forward(silent, '/tasks', bearer, url)).rejects.toMatchObject({ cause: expect.any(TooLarge) });
});

test('a file to be imported may be larger', () => {
  const file = request('/import', { method: 'POST', body: 'x', headers: { 'content-length': '90000000' } });
  expect(() => capped(file, 256 * 1024 * 1024)).not.toThrow();
});

test.each([
  ['/api/backend/tasks', '/tasks'],
  ['/api/backend/tags/a%2Fb', '/tags/a%2Fb'],
  ['/api/backend/', '/'],
  ['/api/backend', null],
  ['/api/backendx/tasks', null],
  ['/api/backend//evil', null],
  ['/api/backend/%2e%2e%2fadmin', null],
  ['/api/backend/..%5cadmin', null],
  ['/api/backend/../../admin', null],
])('%s leads to %s', (path, expected) => {
  expect(pathOf(new URL(path, APP))).toBe(expected);
});

test.each([
  ['GET', { 'sec-fetch-site': 'same-origin' }, true],
  ['POST', { 'sec-fetch-site': 'same-origin', origin: APP }, true],
  ['GET', { 'sec-fetch-site': 'none' }, true],
  ['POST', { 'sec-fetch-site': 'none' }, false],
  ['GET', { 'sec-fetch-site': 'cross-site' }, false],
  ['GET', { 'sec-fetch-site': 'same-site' }, false],
  ['POST', { 'sec-fetch-site': 'same-site', origin: 'http://evil.localhost:3000' }, false],
  ['POST', { origin: 'http://evil.test' }, false],
  ['POST', { origin: 'null' }, false],
  ['POST', { origin: APP }, true],
  ['POST', {}, false],
  ['DELETE', {}, false],
  ['GET', {}, true],
])('%s with %j is ours: %s', (method, headers, expected) => {
  expect(isSameOrigin(new Request(`${APP}/api/backend/tasks`, { method, headers }), APP)).toBe(expected);
});

const FROM_PAGES: [method: string, headers: Record<string, string>, expected: number][] = [
  ['POST', { 'x-taskflow-user': 'somebody' }, 200],
  ['POST', { 'x-taskflow-user': 'another' }, 401],
  ['GET', { 'x-taskflow-user': 'another' }, 401],
  ['POST', {}, 401],
  ['POST', { referer: `${APP}/today` }, 401],
  // A service worker, which answers a notification.
  ['POST', { referer: `${APP}/sw.js` }, 200],
  ['GET', {}, 200],
];

test.each(FROM_PAGES)('while somebody is signed in, %s with %j is answered with %i', async (method, headers, expected) => {
  let isAsked = false;
  const asked = request('/tasks', { method, headers: { origin: APP, ...headers } });
  const response = await answer(asked, async () => {
    isAsked = true;
    return new Response('{}');
  });
  expect([response.status, isAsked]).toEqual([expected, expected === 200]);
  if (expected === 401) expect(await response.json()).toMatchObject({ code: 'other_user' });
});

test('what the assistant says goes on as it comes, and it hears when the browser leaves', async () => {
  const seen: Partial<Record<string, unknown>> = {};
  let left: (() => void) | undefined;
  const hasLeft = new Promise<void>((resolve) => (left = resolve));
  const url = await backend((incoming, response) => {
    Object.assign(seen, { url: incoming.url, ...incoming.headers });
    response.on('close', () => left?.());
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    // And no end: whoever waited for it would wait for ever.
    response.write('data: {"type":"progress"}\n\n');
  });
  const leaving = new AbortController();
  const asked = new Request(`${APP}/api/chat`, {
    method: 'POST',
    body: '{}',
    signal: leaving.signal,
    headers: { 'idempotency-key': 'k', cookie: 'better-auth.session_token=secret' },
  });
  const answer = await forwardChat(asked, bearer, url);
  const { value } = (await answer.body?.getReader().read()) ?? {};
  expect(new TextDecoder().decode(value)).toBe('data: {"type":"progress"}\n\n');
  expect(answer.headers.get('content-type')).toBe('text/event-stream');
  expect(seen).toMatchObject({ url: '/chatkit', authorization: 'Bearer a.b.c', 'idempotency-key': 'k' });
  expect(seen).not.toHaveProperty('cookie');
  leaving.abort();
  await hasLeft;
});

test('a decision goes to the one question that it is about', async () => {
  const asked: (string | undefined)[] = [];
  const url = await backend((incoming, response) => {
    asked.push(incoming.url);
    response.end('{}');
  });
  const decision = () => new Request(`${APP}/api/chat/confirmations/x`, { method: 'POST', body: '{"yes":true}' });
  const id = '0190c0de-0000-7000-8000-000000000000';
  expect((await forwardDecision(decision(), id, bearer, url)).status).toBe(200);
  for (const other of ['..', `../../chat`, `${id}/../..`, '']) {
    expect((await forwardDecision(decision(), other, bearer, url)).status, other).toBe(404);
  }
  expect(asked).toEqual([`/api/somebody/chat/confirmations/${id}`]);
});
