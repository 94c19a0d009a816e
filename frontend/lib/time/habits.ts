import type { Profile } from '@/lib/api';
import { createStore } from '@/lib/store';

export const WEEK_STARTS = ['monday', 'sunday', 'saturday'] as const;
export type WeekStart = (typeof WEEK_STARTS)[number];

/** How somebody writes times, and with which day their weeks begin. */
export type Habits = { hour12: boolean; weekStart: WeekStart };

/** The same as far as the settings say it. */
export type SaidHabits = { hour12: boolean | null; weekStart: WeekStart | null };

/** What the device is used to, once it has been asked: see `device.ts`. A server knows no device. */
export const deviceHabits = createStore<Habits>({ hour12: false, weekStart: 'monday' });

export function saidHabits(profile: Profile | undefined): SaidHabits {
  const { hour12, week_start: weekStart }: Record<string, unknown> = profile?.settings ?? {};
  return {
    hour12: typeof hour12 === 'boolean' ? hour12 : null,
    weekStart: WEEK_STARTS.find((each) => each === weekStart) ?? null,
  };
}

/** Where the settings say nothing it is as on the device. */
export function habitsOf(profile: Profile | undefined, device: Habits): Habits {
  const { hour12, weekStart } = saidHabits(profile);
  return { hour12: hour12 ?? device.hour12, weekStart: weekStart ?? device.weekStart };
}
