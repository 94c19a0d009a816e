/** What was thrown, which in JavaScript may be anything. */
export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
