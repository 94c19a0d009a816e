import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { announcement } from '@/lib/announce';
import type { Profile } from '@/lib/api';
import { createData } from '@/lib/data';
import { offerDeviceZone } from '@/lib/settings/device-zone';
import { deviceZone } from '@/lib/time/zone';

// Nobody's clocks are like these but those of the people there.
const FAR_AWAY = 'Pacific/Kiritimati';

const kept = new Map<string, string>();

beforeEach(() => {
  kept.clear();
  announcement.set(null);
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  });
});

afterEach(() => vi.unstubAllGlobals());

function at(home: string) {
  const data = createData(null);
  data.profile.set({ time_zone: home } as Profile);
  return data;
}

test('a device in another zone offers its own, and once', () => {
  offerDeviceZone(at(FAR_AWAY));
  expect(announcement.get()).toMatchObject({ text: expect.stringContaining(FAR_AWAY), action: { label: 'Use it' } });
  announcement.set(null);
  offerDeviceZone(at(FAR_AWAY));
  expect(announcement.get()).toBeNull();
});

test('where the clocks show the same, or nothing can be remembered, nobody is told', () => {
  offerDeviceZone(at(deviceZone()));
  offerDeviceZone(createData(null));
  vi.stubGlobal('localStorage', undefined);
  offerDeviceZone(at(FAR_AWAY));
  expect(announcement.get()).toBeNull();
});
