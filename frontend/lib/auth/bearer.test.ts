import { UnsecuredJWT } from 'jose';
import { beforeEach, expect, test, vi } from 'vitest';
import { bearerOfPage, findBearer, findBearerNow, forgetBearer, forgetBearersOf } from '@/lib/auth/bearer';

const { getToken, getSession } = vi.hoisted(() => ({ getToken: vi.fn(), getSession: vi.fn() }));
vi.mock('@/lib/auth', () => ({ auth: () => ({ api: { getToken, getSession } }) }));

const PROLONGED = 'better-auth.session_token=x; Max-Age=604800';
const headers = new Headers({ cookie: 'better-auth.session_token=x' });

beforeEach(() => {
  forgetBearer(headers);
  getToken.mockReset();
  getSession.mockReset();
  getSession.mockResolvedValue({});
  getToken.mockImplementation(async ({ query }: { query?: { disableRefresh: boolean } }) => ({
    response: { token: new UnsecuredJWT({ sub: 'ada' }).encode() },
    headers: new Headers(query?.disableRefresh ? {} : { 'set-cookie': PROLONGED }),
  }));
});

test('a page, which cannot set cookies, leaves it to its first request to prolong the session', async () => {
  expect(await bearerOfPage(headers)).toMatchObject({ userId: 'ada' });
  expect(getToken.mock.lastCall?.[0]).toMatchObject({ query: { disableRefresh: true } });
  expect((await findBearer(headers))?.cookies).toEqual([PROLONGED]);
});

test('what a request has found is remembered, for pages, too', async () => {
  await findBearer(headers);
  expect((await findBearer(headers))?.cookies).toEqual([]);
  await bearerOfPage(headers);
  expect(getToken).toHaveBeenCalledTimes(1);
});

test('before something is changed the session is looked at, and one that has ended is forgotten', async () => {
  expect(await findBearerNow(headers)).toMatchObject({ bearer: { userId: 'ada' } });
  // It has just been asked for; from now on it is remembered.
  expect(getSession).not.toHaveBeenCalled();
  expect(await findBearerNow(headers)).toMatchObject({ bearer: { userId: 'ada' } });
  expect(getSession).toHaveBeenCalledOnce();
  expect(getToken).toHaveBeenCalledOnce();
  getSession.mockResolvedValue(null);
  getToken.mockRejectedValue(Object.assign(new Error('Unauthorized'), { statusCode: 401 }));
  expect((await findBearer(headers))?.bearer.userId).toBe('ada');
  expect(await findBearerNow(headers)).toBeNull();
  expect(await findBearer(headers)).toBeNull();
});

test('who is signed out everywhere is forgotten at once, and nobody else', async () => {
  await findBearer(headers);
  forgetBearersOf('eve');
  await findBearer(headers);
  expect(getToken).toHaveBeenCalledTimes(1);
  forgetBearersOf('ada');
  await findBearer(headers);
  expect(getToken).toHaveBeenCalledTimes(2);
});

test('without a cookie nobody is asked', async () => {
  expect(await findBearer(new Headers())).toBeNull();
  expect(await bearerOfPage(new Headers())).toBeNull();
  expect(await findBearerNow(new Headers())).toBeNull();
  expect(getToken).not.toHaveBeenCalled();
});
