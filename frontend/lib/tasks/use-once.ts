import { useRef } from 'react';
import type { Outcome } from '@/lib/tasks/write-task';

/**
 * For a field that adds tasks: a line that may have arrived and is sent once more is the same deed, and done once.
 * Another line is another one.
 */
export function useOnce(): (line: string, write: () => Promise<Outcome>) => Promise<Outcome> {
  const unsure = useRef<{ line: string; again: () => Promise<Outcome> } | null>(null);
  return async (line, write) => {
    const before = unsure.current;
    unsure.current = null;
    const outcome = await (before?.line === line ? before.again() : write());
    if (!outcome.ok && outcome.again) unsure.current = { line, again: outcome.again };
    return outcome;
  };
}
