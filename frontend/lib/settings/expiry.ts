/** For how many days a token may be good. */
export const LIFETIMES = ['30', '90', '365'] as const;
export type Lifetime = (typeof LIFETIMES)[number];

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;
/** The server counts a year from its own now: a clock that is ahead must not make it more. */
const MARGIN_MILLISECONDS = 60 * 60 * 1000;

export function expiry(days: Lifetime, now: number): string {
  return new Date(now + Number(days) * DAY_MILLISECONDS - MARGIN_MILLISECONDS).toISOString();
}

/** Whether a token still opens anything. */
export function isValid(token: { expires_at: string; revoked_at?: string | null }, now: number): boolean {
  return !token.revoked_at && Date.parse(token.expires_at) > now;
}
