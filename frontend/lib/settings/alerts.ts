import type { Profile, Schemas } from '@/lib/api';
import { record } from '@/lib/record';

export type Channel = Schemas['Channel'];
export const CHANNELS: readonly Channel[] = ['in_app', 'push', 'email', 'webhook'];

/** When and how somebody is reminded. Times are those of the wall, `22:00`. */
export type Alerts = {
  channels: Channel[];
  allDayAt: string;
  quietHours: { from: string; to: string } | null;
};

const USUAL: Alerts = { channels: ['in_app', 'push'], allDayAt: '09:00', quietHours: null };

/** What the profile's settings say; what they do not say is as the server takes it to be. */
export function alertsOf(profile: Profile): Alerts {
  const said = record(record(profile.settings).notifications);
  const quiet = record(said.quiet_hours);
  return {
    channels: Array.isArray(said.channels) ? CHANNELS.filter((each) => (said.channels as unknown[]).includes(each)) : USUAL.channels,
    allDayAt: typeof said.all_day_at === 'string' ? said.all_day_at : USUAL.allDayAt,
    quietHours: typeof quiet.from === 'string' && typeof quiet.to === 'string' ? { from: quiet.from, to: quiet.to } : null,
  };
}

/** The merge patch that makes the profile's settings say this. Null takes the quiet hours out. */
export function settingsOf({ channels, allDayAt, quietHours }: Alerts): Record<string, unknown> {
  return { notifications: { channels, all_day_at: allDayAt, quiet_hours: quietHours } };
}
