import { afterEach, expect, test, vi } from 'vitest';
import { sendFromPage } from '@/lib/api/client';
import { Forbidden, Unauthenticated } from '@/lib/api/errors';

const { sessionOver } = vi.hoisted(() => ({ sessionOver: vi.fn() }));
vi.mock('@/lib/session-over', () => ({ sessionOver }));

afterEach(() => {
  vi.unstubAllGlobals();
  sessionOver.mockReset();
});

const ask = (status: number, user = 'ada') => {
  const asked: Request[] = [];
  vi.stubGlobal('document', { querySelector: () => ({ dataset: { user } }) });
  vi.stubGlobal('fetch', async (request: Request) => {
    asked.push(request);
    return new Response('{}', { status });
  });
  const answer = sendFromPage(new Request('http://localhost/api/backend/projects', { method: 'POST', body: '{}' }));
  return Object.assign(answer, { asked });
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

test('a page says whose it is, and stays theirs whatever becomes of it', async () => {
  for (const user of ['ada', 'bob']) {
    const answer = ask(200, user);
    await answer;
    expect(answer.asked.map(({ headers }) => headers.get('x-taskflow-user'))).toEqual(['ada']);
  }
});
