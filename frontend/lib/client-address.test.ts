import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { believeOnlyProxies, clientAddress } from '@/lib/client-address';

test.each([
  [0, '10.0.0.9'],
  [1, '203.0.113.7'],
  [2, '1.2.3.4'],
  [3, '10.0.0.9'],
])('behind %i proxies a made-up address does not help', (trustedProxies, expected) => {
  expect(clientAddress('1.2.3.4, 203.0.113.7', '10.0.0.9', trustedProxies)).toBe(expected);
});

test.each([undefined, '', 'unknown', '203.0.113.7:443'])('%j is no address', (forwarded) => {
  expect(clientAddress(forwarded, '10.0.0.9', 1)).toBe('10.0.0.9');
});

test('whoever answers a request finds what is believed', async () => {
  believeOnlyProxies(0);
  const server = createServer((request, response) => response.end(request.headers['x-forwarded-for']));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const answer = await fetch(url, { headers: { 'x-forwarded-for': '1.2.3.4' } });
    expect(await answer.text()).toBe('127.0.0.1');
  } finally {
    server.close();
  }
});
