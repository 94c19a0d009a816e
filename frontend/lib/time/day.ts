/** A calendar day, `2026-11-21`. Days are texts, so that no zone can shift them. */
export type Day = string;

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;

function utc(day: Day): Date {
  return new Date(`${day}T00:00:00Z`);
}

export function dayOf(wallTime: string): Day {
  return wallTime.slice(0, 10);
}

/** `09:00` of a wall time. */
export function timeOf(wallTime: string): string {
  return wallTime.slice(11, 16);
}

export function addDays(day: Day, days: number): Day {
  return new Date(utc(day).getTime() + days * DAY_MILLISECONDS).toISOString().slice(0, 10);
}

export function daysBetween(from: Day, to: Day): number {
  return Math.round((utc(to).getTime() - utc(from).getTime()) / DAY_MILLISECONDS);
}

/** Whether a text is a day that exists. */
export function isDay(text: string): text is Day {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(utc(text).getTime()) && utc(text).toISOString().startsWith(text);
}
