import { afterEach, expect, test, vi } from 'vitest';
import { sendFromPage } from '@/lib/api/client';
import { Forbidden, Unauthenticated } from '@/lib/api/errors';

const { sessionOver } = vi.hoisted(() => ({ sessionOver: vi.fn() }));
vi.mock('@/lib/session-over', () => ({ sessionOver }));

afterEach(() => {
  vi.unstubAllGlobals();
  sessionOver.mockReset();
});

const ask = (status: number) => {
  vi.stubGlobal('fetch', async () => new Response('{}', { status }));
  return sendFromPage(new Request('http://localhost/api/backend/projects', { method: 'POST', body: '{}' }));
};

test('whatever a page asks when the session is over, it goes to sign in', async () => {
  await expect(ask(401)).rejects.toBeInstanceOf(Unauthenticated);
  expect(sessionOver).toHaveBeenCalledOnce();
});

test('another refusal leads nowhere', async () => {
  await expect(ask(403)).rejects.toBeInstanceOf(Forbidden);
  expect((await ask(200)).status).toBe(200);
  expect(sessionOver).not.toHaveBeenCalled();
});
