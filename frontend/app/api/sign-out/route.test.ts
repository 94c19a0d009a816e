import { beforeEach, expect, test, vi } from 'vitest';
import { POST } from '@/app/api/sign-out/route';

const { handler } = vi.hoisted(() => ({ handler: vi.fn() }));
vi.mock('@/lib/auth', () => ({ auth: () => ({ handler }) }));
vi.mock('@/lib/env', () => ({ env: () => ({ APP_URL: 'http://localhost:3000' }) }));

const ask = (headers: Record<string, string> = { origin: 'http://localhost:3000' }) =>
  POST(new Request('http://localhost:3000/api/sign-out', { method: 'POST', headers }));

beforeEach(() => void handler.mockReset());

test('the session ends, and the browser forgets', async () => {
  handler.mockResolvedValue(new Response('{}', { headers: { 'set-cookie': 'better-auth.session_token=; Max-Age=0' } }));
  const { status, headers } = await ask();
  expect([status, headers.get('location'), headers.get('clear-site-data')]).toEqual([303, '/sign-in', '"storage"']);
  expect(headers.getSetCookie()).toEqual(['better-auth.session_token=; Max-Age=0']);
});

test.each([
  ['is refused', () => Promise.resolve(new Response(null, { status: 500 }))],
  ['fails', () => Promise.reject(new Error('no database'))],
])('where ending the session %s, the browser forgets it all the same', async (_, outcome) => {
  handler.mockImplementation(outcome);
  const { status, headers } = await ask();
  expect([status, headers.get('clear-site-data')]).toEqual([303, '"storage"']);
  expect(headers.getSetCookie().join()).toMatch(/__Secure-better-auth\.session_token=; .*Max-Age=0.*; Secure/);
});

test('no other site signs anybody out', async () => {
  expect((await ask({ origin: 'http://evil.test' })).status).toBe(403);
  expect(handler).not.toHaveBeenCalled();
});
