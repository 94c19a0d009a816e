import { unstable_doesMiddlewareMatch as doesMatch } from 'next/experimental/testing/server';
import { NextRequest } from 'next/server';
import { expect, test } from 'vitest';
import { config, proxy } from '@/proxy';

const APP = 'http://localhost:3000';
const COOKIE = { cookie: 'better-auth.session_token=x' };

const ask = (path: string, headers: Record<string, string> = {}) => proxy(new NextRequest(APP + path, { headers }));

test.each(['/', '/dashboard', '/sign-in', '/tags/v1.2', '/tags/a%2Eb', '/projects/x.js', '/history/sw.js', '/sw.js/x'])(
  '%s is a page, and has a policy',
  (path) => {
    expect(doesMatch({ config, url: APP + path })).toBe(true);
    expect(ask(path, COOKIE).headers.get('content-security-policy')).toMatch(/script-src 'self' 'nonce-[^ ']+' 'strict-dynamic';/);
  },
);

test.each(['/api/backend/tasks', '/_next/static/chunks/a.js', '/sw.js', '/push.js', '/files.json', '/icon.svg', '/icon-192.png', '/badge.png', '/manifest.webmanifest', '/calendar.ics'])(
  '%s is none',
  (path) => expect(doesMatch({ config, url: APP + path })).toBe(false),
);

test('each page has a nonce of its own', () => {
  const [one, other] = [ask('/today', COOKIE), ask('/today', COOKIE)].map(({ headers }) => headers.get('content-security-policy'));
  expect(one).not.toBe(other);
});

test('whoever has no session is sent to sign in, and back', () => {
  expect(ask('/projects/x?task=1').headers.get('location')).toBe(`${APP}/sign-in?next=%2Fprojects%2Fx%3Ftask%3D1`);
  expect(ask('/').headers.get('location')).toBe(`${APP}/sign-in`);
  expect(ask('/sign-in').headers.get('location')).toBeNull();
});

test('a page is told which one it is, whatever the browser says', () => {
  const { headers } = ask('/today?task=1', { ...COOKIE, 'x-taskflow-page': '//evil.test' });
  expect(headers.get('x-middleware-request-x-taskflow-page')).toBe('/today?task=1');
});
