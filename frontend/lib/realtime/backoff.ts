/** Attempts that are made at once, within 2 to 5 seconds. After them it is polled. */
export const FAST_ATTEMPTS = 5;

const FIRST_MILLISECONDS = 150;
const LONGEST_MILLISECONDS = 60_000;

/**
 * The pause before an attempt, counted from 1: doubled each time, and spread out, or everybody
 * would come back at the same moment.
 */
export function pauseBefore(attempt: number, random: number): number {
  const full = FIRST_MILLISECONDS * 2 ** (attempt - 1);
  return Math.min(full, LONGEST_MILLISECONDS) * (0.5 + random / 2);
}
