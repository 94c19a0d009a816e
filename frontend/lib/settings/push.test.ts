import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { endOthersPush } from '@/lib/settings/push';

const ENDPOINT = 'https://push.example.test/a';

const { server } = vi.hoisted(() => ({ server: { list: vi.fn() } }));
vi.mock('@/lib/api/client', () => ({ pageApi: { GET: () => server.list() } }));

const unsubscribe = vi.fn();
const knows = (endpoint: string) => {
  const item = { id: 'x', endpoint_hash: createHash('sha256').update(endpoint).digest('base64url'), created_at: '2026-01-01T00:00:00Z' };
  server.list.mockResolvedValue({ data: { items: [item] } });
};

/** A browser that has, or has not, subscribed for somebody. */
function browserWith(subscription: object | null): void {
  const worker = { pushManager: { getSubscription: async () => subscription } };
  vi.stubGlobal('navigator', { serviceWorker: { getRegistration: async () => worker } });
  vi.stubGlobal('window', { PushManager: {}, Notification: {} });
}

beforeEach(() => {
  server.list.mockReset();
  unsubscribe.mockReset();
  browserWith({ endpoint: ENDPOINT, unsubscribe });
});

afterEach(() => void vi.unstubAllGlobals());

test('what another person is reminded of is not shown to whoever is here now', async () => {
  knows('https://push.example.test/b');
  await endOthersPush();
  expect(unsubscribe).toHaveBeenCalledOnce();
});

test('their own reminders go on', async () => {
  knows(ENDPOINT);
  await endOthersPush();
  expect(unsubscribe).not.toHaveBeenCalled();
});

test('where it cannot be said whose they are, they go on', async () => {
  server.list.mockRejectedValue(new Error('no network'));
  await expect(endOthersPush()).rejects.toThrow('no network');
  expect(unsubscribe).not.toHaveBeenCalled();
});

test('a browser that has not subscribed asks nobody', async () => {
  browserWith(null);
  await endOthersPush();
  vi.stubGlobal('navigator', {});
  await endOthersPush();
  expect(server.list).not.toHaveBeenCalled();
});
