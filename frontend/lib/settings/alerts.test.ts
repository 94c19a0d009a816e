import { expect, test } from 'vitest';
import type { Profile } from '@/lib/api';
import { alertsOf, settingsOf } from '@/lib/settings/alerts';

const profile = (settings: unknown) => ({ settings }) as Profile;

test('what is not said is as the server takes it to be', () => {
  expect(alertsOf(profile({}))).toEqual({ channels: ['in_app', 'push'], allDayAt: '09:00', quietHours: null });
  expect(alertsOf(profile({ notifications: { quiet_hours: { from: '22:00' }, channels: ['pigeon'] } }))).toEqual({
    channels: [], allDayAt: '09:00', quietHours: null,
  });
});

test('what is written is read again', () => {
  const alerts = { channels: ['email' as const], allDayAt: '07:30', quietHours: { from: '22:00', to: '07:00' } };
  expect(alertsOf(profile(settingsOf(alerts)))).toEqual(alerts);
  expect(settingsOf({ ...alerts, quietHours: null })).toEqual({
    notifications: { channels: ['email'], all_day_at: '07:30', quiet_hours: null },
  });
});
