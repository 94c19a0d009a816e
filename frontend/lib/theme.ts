/** `system` is what the operating system says, and needs no script to find out. */
export type Theme = 'light' | 'dark' | 'system';

/** A cookie, so that the first byte of a page has the right colours already. */
export const THEME_COOKIE = 'taskflow-theme';

export const YEAR_SECONDS = 365 * 24 * 60 * 60;

export function themeOf(cookie: string | undefined): Theme {
  return cookie === 'light' || cookie === 'dark' ? cookie : 'system';
}

export function currentTheme(): Theme {
  return themeOf(document.documentElement.dataset.theme);
}

export function setTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  document.cookie = `${THEME_COOKIE}=${theme}; Path=/; Max-Age=${YEAR_SECONDS}; SameSite=Lax`;
}
