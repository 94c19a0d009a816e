import { expect, test, vi } from 'vitest';
import { answer } from '@/lib/bff/answer';

const found = { bearer: { userId: 'ada', jwt: 'a.b.c' }, cookies: [] };

vi.mock('@/lib/env', () => ({ env: () => ({ APP_URL: 'http://localhost:3000' }) }));
// Remembered, and ended meanwhile.
vi.mock('@/lib/auth/bearer', () => ({ findBearer: async () => found, findBearerNow: async () => null }));

test.each([
  ['GET', 200],
  ['POST', 401],
  ['PATCH', 401],
  ['DELETE', 401],
])('for %s with a session that has ended elsewhere a moment ago: %i', async (method, status) => {
  const ask = vi.fn(async () => new Response('{}'));
  const request = new Request('http://localhost:3000/api/backend/tasks', { method, headers: { origin: 'http://localhost:3000' } });
  expect((await answer(request, ask)).status).toBe(status);
  expect(ask).toHaveBeenCalledTimes(status === 200 ? 1 : 0);
});
