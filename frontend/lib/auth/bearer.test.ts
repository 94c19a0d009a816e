import { UnsecuredJWT } from 'jose';
import { beforeEach, expect, test, vi } from 'vitest';
import { bearerOfPage, findBearer, forgetBearer } from '@/lib/auth/bearer';

const { getToken } = vi.hoisted(() => ({ getToken: vi.fn() }));
vi.mock('@/lib/auth', () => ({ auth: () => ({ api: { getToken } }) }));

const PROLONGED = 'better-auth.session_token=x; Max-Age=604800';
const headers = new Headers({ cookie: 'better-auth.session_token=x' });

beforeEach(() => {
  forgetBearer(headers);
  getToken.mockReset();
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

test('without a cookie nobody is asked', async () => {
  expect(await findBearer(new Headers())).toBeNull();
  expect(await bearerOfPage(new Headers())).toBeNull();
  expect(getToken).not.toHaveBeenCalled();
});
