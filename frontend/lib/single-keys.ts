import { YEAR_SECONDS } from '@/lib/theme';

/** A cookie as the theme's is: it stays when somebody signs out. */
const OFF = 'taskflow-single-keys=off';

/** Whether letters and signs do something alone. For who speaks to the machine, or hits keys unawares, they do too much. */
export function hasSingleKeys(): boolean {
  return !document.cookie.split('; ').includes(OFF);
}

export function setSingleKeys(isOn: boolean): void {
  document.cookie = `${OFF}; Path=/; Max-Age=${isOn ? 0 : YEAR_SECONDS}; SameSite=Lax`;
}

/** Whether keys such as `x` or `g t` do nothing now. Those that write nothing, and those with Ctrl, always do. */
export function isSwitchedOff(keys: string): boolean {
  return keys.split(' ').every((key) => key.length === 1) && !hasSingleKeys();
}
