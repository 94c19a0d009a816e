/** Readable on light and on dark. */
export const COLORS = ['#0f8b7d', '#3b7dd8', '#8a63d2', '#c2527e', '#d1603d', '#b98a1b', '#5f8f3a', '#71808a'] as const;
