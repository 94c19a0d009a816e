import { expect, test } from 'vitest';
import { parse } from '@/lib/env';

const good = { DATABASE_URL: 'postgres://u:p@localhost/db', BETTER_AUTH_SECRET: '0123456789abcdef'.repeat(2) };

test('what is not said has a default', () => {
  expect(parse(good)).toMatchObject({ APP_URL: 'http://localhost:3000', JWT_MODE: 'hs256', TRUSTED_PROXIES: 0 });
});

test('proxies are counted', () => {
  expect(parse({ ...good, TRUSTED_PROXIES: '2' }).TRUSTED_PROXIES).toBe(2);
  for (const wrong of ['-1', '1.5', '10.0.0.0/8']) {
    expect(() => parse({ ...good, TRUSTED_PROXIES: wrong }), wrong).toThrow(/TRUSTED_PROXIES/);
  }
});

test('of two secrets the second may be missing, but not weak', () => {
  const accepted = (text: string) => parse({ ...good, BETTER_AUTH_SECRET_ACCEPTED: text }).BETTER_AUTH_SECRET_ACCEPTED;
  expect(accepted('')).toBeUndefined();
  expect(accepted('fedcba9876543210'.repeat(2))).toBe('fedcba9876543210'.repeat(2));
  expect(() => accepted('short')).toThrow(/BETTER_AUTH_SECRET_ACCEPTED/);
});

test('a secret that could be guessed is refused', () => {
  expect(() => parse({ ...good, BETTER_AUTH_SECRET: 'secret'.repeat(10) })).toThrow(/BETTER_AUTH_SECRET: .*guessed/);
});

test('everything that is wrong is named, and nothing that is secret', () => {
  const wrong = () => parse({ DATABASE_URL: 'mysql://secret', BETTER_AUTH_SECRET: 'short-secret', JWT_MODE: 'none' });
  expect(wrong).toThrow(/DATABASE_URL[^]*BETTER_AUTH_SECRET[^]*JWT_MODE/);
  expect(wrong).not.toThrow(/short-secret|mysql:\/\/secret/);
});
