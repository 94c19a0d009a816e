import type { Habits } from '@/lib/time/habits';

/** Not every browser has this yet, and some have it as a property. */
type WithWeeks = { getWeekInfo?: () => { firstDay: number }; weekInfo?: { firstDay: number } };

/** How times are written and weeks begin in the language of the browser: its own fields go by that, too. */
export function habitsOfDevice(language: string): Habits {
  const { hour12 = false } = new Intl.DateTimeFormat(language, { hour: 'numeric' }).resolvedOptions();
  const locale = new Intl.Locale(language) as Intl.Locale & WithWeeks;
  const { firstDay } = locale.getWeekInfo?.() ?? locale.weekInfo ?? { firstDay: 1 };
  return { hour12, weekStart: firstDay === 7 ? 'sunday' : firstDay === 6 ? 'saturday' : 'monday' };
}
