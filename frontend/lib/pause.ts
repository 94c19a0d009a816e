const FIRST_MILLISECONDS = 2_000;
const LONGEST_MILLISECONDS = 60_000;

/** How long to wait until what has failed so often is tried again: a little longer each time. */
export function pauseAfter(failures: number): number {
  return Math.min(FIRST_MILLISECONDS * 2 ** (failures - 1), LONGEST_MILLISECONDS);
}
