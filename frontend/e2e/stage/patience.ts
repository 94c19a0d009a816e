/** Above what a page lets pass before it tries again by itself, which is a minute at the most. */
export const PATIENCE_MILLISECONDS = 90_000;
