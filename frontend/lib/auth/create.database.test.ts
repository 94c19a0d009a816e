import { readFileSync } from 'node:fs';
import { getMigrations } from 'better-auth/db/migration';
import { decodeJwt, decodeProtectedHeader, importJWK, jwtVerify } from 'jose';
import { Pool } from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createAuth, type Auth } from '@/lib/auth/create';
import { parse, type Env } from '@/lib/env';

/** A database of this run, with the tables as the backend's migration makes them. */
const DATABASE = `frontend_${process.pid}`;
const server = process.env.DATABASE_URL ?? '';
const SECRET = 'a secret of at least 32 characters';
const NEXT_SECRET = 'the next one of at least 32 characters';
const APP = 'http://localhost:3000';
const WEEK = 7 * 24 * 60 * 60;

function urlOf(database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}

const config = (more: Partial<Record<keyof Env, string>> = {}): Env =>
  parse({ DATABASE_URL: urlOf(DATABASE), BETTER_AUTH_SECRET: SECRET, AUTH_ATTEMPTS_PER_MINUTE: '1000', ...more });

const admin = new Pool({ connectionString: server });
let pool: Pool;
let auth: Auth;
/** Made before the tables were. */
let early: Auth;
let address = 0;

beforeAll(async () => {
  await admin.query(`create database ${DATABASE}`);
  pool = new Pool({ connectionString: urlOf(DATABASE) });
  // A table of the same name elsewhere must not be taken for Better Auth's.
  await pool.query('create table public."user" (id integer)');
  early = createAuth(config());
  expect((await post('/sign-in/email', { email: 'nobody@example.test', password: 'x' }, { from: early })).ok).toBe(false);
  await pool.query(readFileSync(`${import.meta.dirname}/../../../services/backend/migrations/0001_auth.sql`, 'utf8'));
  auth = createAuth(config());
});

beforeEach(() => {
  address += 1;
});

afterAll(async () => {
  await pool.end();
  await admin.query(`drop database ${DATABASE} with (force)`);
  await admin.end();
});

function post(path: string, body: object, { cookie, from = auth }: { cookie?: string; from?: Auth } = {}) {
  const headers = new Headers({ origin: APP, 'content-type': 'application/json', 'x-forwarded-for': `192.0.2.${address}` });
  if (cookie !== undefined) headers.set('cookie', cookie);
  return from.handler(new Request(`${APP}/api/auth${path}`, { method: 'POST', headers, body: JSON.stringify(body) }));
}

const cookieOf = (response: Response) => response.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ');

async function signUp(name: string, from = auth) {
  const email = `${name}@example.test`;
  const response = await post('/sign-up/email', { name, email, password: 'correct horse' }, { from });
  expect(response.status).toBe(200);
  return { email, cookie: cookieOf(response), headers: response.headers };
}

async function tokenOf(cookie: string, from = auth): Promise<string> {
  return (await from.api.getToken({ headers: new Headers({ cookie }) })).token;
}

test('Better Auth finds its schema complete', async () => {
  const { toBeCreated, toBeAdded } = await getMigrations(auth.options);
  expect([toBeCreated, toBeAdded]).toEqual([[], []]);
});

test('a server that starts before the backend has made the tables finds them later', async () => {
  await signUp('early', early);
});

test('a password is kept as bcrypt makes it', async () => {
  const { email } = await signUp('bcrypt');
  const { rows } = await pool.query(
    'select a.password from auth.account a join auth."user" u on u.id = a."userId" where u.email = $1',
    [email],
  );
  expect(rows[0].password).toMatch(/^\$2[aby]\$12\$/);
});

test('bcrypt would drop what is beyond 72 bytes, so it is refused', async () => {
  const umlauts = (count: number) => ({ name: 'n', email: `u${count}@example.test`, password: 'ü'.repeat(count) });
  expect((await post('/sign-up/email', umlauts(37))).status).toBe(400);
  expect((await post('/sign-up/email', umlauts(36))).status).toBe(200);
  const { cookie } = await signUp('longer');
  const change = { currentPassword: 'correct horse', newPassword: 'ü'.repeat(37) };
  expect((await post('/change-password', change, { cookie })).status).toBe(400);
});

test('the cookie is not for scripts', async () => {
  const { headers } = await signUp('cookie');
  const [line] = headers.getSetCookie();
  expect(line).toMatch(/HttpOnly/i);
  expect(line).toMatch(/SameSite=Lax/i);
  expect(line).not.toMatch(/Secure/i);
  expect(headers.get('set-auth-jwt')).toBeNull();
});

test('over https the cookie is for https alone', async () => {
  const secure = createAuth(config({ APP_URL: 'https://tasks.example.test' }));
  const request = new Request('https://tasks.example.test/api/auth/sign-up/email', {
    method: 'POST',
    headers: { origin: 'https://tasks.example.test', 'content-type': 'application/json' },
    body: JSON.stringify({ name: 's', email: 'secure@example.test', password: 'correct horse' }),
  });
  const [line] = (await secure.handler(request)).headers.getSetCookie();
  expect(line).toMatch(/^__Secure-better-auth\.session_token=/);
  expect(line).toMatch(/Secure/);
});

test('a token names its user and nothing else, for as long as the session', async () => {
  const { cookie, email } = await signUp('token');
  const token = await tokenOf(cookie);
  expect(decodeProtectedHeader(token)).toEqual({ alg: 'HS256', typ: 'JWT' });
  const { payload } = await jwtVerify(token, new TextEncoder().encode(SECRET), { algorithms: ['HS256'] });
  const { rows } = await pool.query('select id from auth."user" where email = $1', [email]);
  expect(payload.sub).toBe(rows[0].id);
  expect(Object.keys(payload).sort()).toEqual(['aud', 'exp', 'iat', 'iss', 'sub']);
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBeGreaterThan(WEEK - 60);
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBeLessThanOrEqual(WEEK);
});

test('with JWT_MODE=jwks a token can be checked with what is published', async () => {
  const published = createAuth(config({ JWT_MODE: 'jwks', JWT_ISSUER: 'us', JWT_AUDIENCE: 'them' }));
  const { cookie } = await signUp('jwks', published);
  const token = await tokenOf(cookie, published);
  const answer = await published.handler(new Request(`${APP}/api/auth/jwks`));
  const { keys } = await answer.json();
  const key = await importJWK(keys[0], 'EdDSA');
  const { payload } = await jwtVerify(token, key, { issuer: 'us', audience: 'them' });
  expect(payload.sub).toBeTruthy();
});

test('with a shared secret nothing is published', async () => {
  expect((await auth.handler(new Request(`${APP}/api/auth/jwks`))).status).toBe(404);
});

test('a session outlives the exchange of its secret', async () => {
  const beginning = createAuth(config({ BETTER_AUTH_SECRET_ACCEPTED: NEXT_SECRET }));
  const halfway = createAuth(config({ BETTER_AUTH_SECRET: NEXT_SECRET, BETTER_AUTH_SECRET_ACCEPTED: SECRET }));
  const end = createAuth(config({ BETTER_AUTH_SECRET: NEXT_SECRET }));
  const before = await signUp('before', beginning);
  const after = await signUp('after', halfway);
  const signedWith = async (token: string, secret: string) =>
    (await jwtVerify(token, new TextEncoder().encode(secret))).payload.sub;
  // While servers are exchanged for others, a request may come to either.
  for (const { cookie } of [before, after]) {
    expect(await signedWith(await tokenOf(cookie, beginning), SECRET)).toBeTruthy();
    expect(await signedWith(await tokenOf(cookie, halfway), NEXT_SECRET)).toBeTruthy();
  }
  expect(await signedWith(await tokenOf(after.cookie, end), NEXT_SECRET)).toBeTruthy();
  await expect(tokenOf(before.cookie, end)).rejects.toMatchObject({ statusCode: 401 });
  const third = createAuth(config({ BETTER_AUTH_SECRET: `${SECRET}${NEXT_SECRET}` }));
  await expect(tokenOf(after.cookie, third)).rejects.toMatchObject({ statusCode: 401 });
});

test('a session that is used gets the new signature with its next prolongation, and its end counts', async () => {
  const { cookie, email } = await signUp('prolonged');
  const halfway = createAuth(config({ BETTER_AUTH_SECRET: NEXT_SECRET, BETTER_AUTH_SECRET_ACCEPTED: SECRET }));
  const end = createAuth(config({ BETTER_AUTH_SECRET: NEXT_SECRET }));
  await pool.query(
    `update auth.session set "expiresAt" = "expiresAt" - interval '2 days'
     where "userId" = (select id from auth."user" where email = $1)`,
    [email],
  );
  const headers = new Headers({ cookie });
  const answer = await halfway.api.getSession({ headers, returnHeaders: true });
  const renewed = answer.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ');
  expect(await tokenOf(renewed, end)).toBeTruthy();
  expect((await post('/sign-out', {}, { cookie, from: halfway })).status).toBe(200);
  await expect(tokenOf(renewed, end)).rejects.toMatchObject({ statusCode: 401 });
});

test('who only looks at a session does not prolong it; who does gets the cookie that goes with it', async () => {
  const { cookie, email } = await signUp('looker');
  await pool.query(
    `update auth.session set "expiresAt" = "expiresAt" - interval '2 days'
     where "userId" = (select id from auth."user" where email = $1)`,
    [email],
  );
  const end = async (): Promise<number> => {
    const { rows } = await pool.query(
      'select s."expiresAt" from auth.session s join auth."user" u on u.id = s."userId" where u.email = $1',
      [email],
    );
    return rows[0].expiresAt.getTime();
  };
  const before = await end();
  const headers = new Headers({ cookie });
  const query = { disableRefresh: true };
  expect((await auth.api.getSession({ headers, query }))?.user.email).toBe(email);
  expect((await auth.api.getToken({ headers, query, returnHeaders: true })).headers.getSetCookie()).toEqual([]);
  expect(await end()).toBe(before);
  const answer = await auth.api.getToken({ headers, returnHeaders: true });
  expect(answer.headers.getSetCookie().join()).toContain(`Max-Age=${WEEK}`);
  expect(await end()).toBeGreaterThan(before);
});

test('published keys outlive the exchange of what they are encrypted with', async () => {
  const keys = { JWT_MODE: 'jwks' };
  const { cookie } = await signUp('encrypted', createAuth(config(keys)));
  const first = await tokenOf(cookie, createAuth(config(keys)));
  const exchanged = { ...keys, BETTER_AUTH_SECRET: NEXT_SECRET };
  const halfway = createAuth(config({ ...exchanged, BETTER_AUTH_SECRET_ACCEPTED: SECRET }));
  const second = await tokenOf(cookie, halfway);
  expect(decodeProtectedHeader(second).kid).toBe(decodeProtectedHeader(first).kid);
  // As ops/runbooks/secret-rotation.md says.
  await pool.query('update auth.jwks set "expiresAt" = now() where "expiresAt" is null or "expiresAt" > now()');
  const third = await tokenOf(cookie, halfway);
  const { kid } = decodeProtectedHeader(third);
  expect(kid).not.toBe(decodeProtectedHeader(second).kid);
  const next = await signUp('after-all', halfway);
  const fourth = await tokenOf(next.cookie, createAuth(config(exchanged)));
  expect(decodeProtectedHeader(fourth).kid).toBe(kid);
  const published = await halfway.handler(new Request(`${APP}/api/auth/jwks`));
  const ids = ((await published.json()) as { keys: { kid: string }[] }).keys.map((key) => key.kid);
  expect(ids).toEqual(expect.arrayContaining([decodeProtectedHeader(first).kid, kid]));
});

test('after signing out there is no token', async () => {
  const { cookie } = await signUp('leaver');
  expect((await post('/sign-out', {}, { cookie })).status).toBe(200);
  await expect(tokenOf(cookie)).rejects.toMatchObject({ statusCode: 401 });
});

test('name, address and password can be changed, and the account deleted', async () => {
  const { cookie } = await signUp('changer');
  expect((await post('/update-user', { name: 'New name' }, { cookie })).status).toBe(200);
  expect((await post('/change-email', { newEmail: 'changed@example.test' }, { cookie })).status).toBe(200);
  const change = { currentPassword: 'correct horse', newPassword: 'battery staple' };
  expect((await post('/change-password', change, { cookie })).status).toBe(200);
  const again = await post('/sign-in/email', { email: 'changed@example.test', password: 'battery staple' });
  expect(again.status).toBe(200);
  expect((await post('/delete-user', { password: 'battery staple' }, { cookie: cookieOf(again) })).status).toBe(200);
  const { rowCount } = await pool.query('select from auth."user" where email = $1', ['changed@example.test']);
  expect(rowCount).toBe(0);
});

test('another site cannot sign anybody in or out', async () => {
  const request = new Request(`${APP}/api/auth/sign-out`, { method: 'POST', headers: { origin: 'http://evil.test', cookie: 'a=b' } });
  expect((await auth.handler(request)).status).toBe(403);
});

test('who guesses passwords has to wait; who does not, has not', async () => {
  const patient = createAuth(config({ AUTH_ATTEMPTS_PER_MINUTE: '3' }));
  const guess = () => post('/sign-in/email', { email: 'nobody@example.test', password: 'guess' }, { from: patient });
  const statuses = [];
  for (let attempt = 0; attempt < 4; attempt += 1) statuses.push((await guess()).status);
  expect(statuses).toEqual([401, 401, 401, 429]);
  address += 1;
  expect((await guess()).status).toBe(401);
});

test('a token is not one of the session’s', async () => {
  const { cookie } = await signUp('opaque');
  expect(decodeJwt(await tokenOf(cookie)).sub).toBeTruthy();
  expect(cookie.split('=')[1]?.split('.')).not.toHaveLength(3);
});
