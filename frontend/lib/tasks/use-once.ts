import { useRef } from 'react';
import type { Outcome } from '@/lib/tasks/write-task';

/** A line of which nobody knows whether it has arrived. */
type Unsure = { line: string; again: () => Promise<Outcome> };

/**
 * For a field that adds tasks: a line that may have arrived and is sent once more is the same deed, and done once.
 * Another line is another one. `begun` is what another field was unsure of.
 */
export function useOnce(begun?: Unsure): (line: string, write: () => Promise<Outcome>) => Promise<Outcome> {
  const unsure = useRef<Unsure | null>(begun ?? null);
  return async (line, write) => {
    const before = unsure.current;
    unsure.current = null;
    const outcome = await (before?.line === line ? before.again() : write());
    if (!outcome.ok && outcome.again) unsure.current = { line, again: outcome.again };
    return outcome;
  };
}
