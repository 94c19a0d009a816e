import 'server-only';
import { setTimeout as pause } from 'node:timers/promises';
import { after } from 'next/server';
import pLimit from 'p-limit';

/** However slowly an answer is read, others wait for it no longer. */
const LONGEST_MILLISECONDS = 3_000;

/**
 * Lets so many requests go on at once; others wait, in the order in which they came. More at once
 * would not be answered sooner, since one thread does it all; but each holds what it answers in
 * memory meanwhile, and a hundred pages were more than the server's heap (`Dockerfile`), which ended
 * the answers of everybody. A turn ends with its answer.
 */
function turns(atOnce: number): () => Promise<void> {
  const limit = pLimit(atOnce);
  return async () => {
    const answered = new AbortController();
    after(() => answered.abort());
    await new Promise<void>((begin) => {
      void limit(async () => {
        begin();
        // A timer keeps in memory whatever its request knows, so it ends with it.
        await pause(LONGEST_MILLISECONDS, undefined, { ref: false, signal: answered.signal }).catch(() => undefined);
      });
    });
  };
}

export const turnToDraw = turns(4);
export const turnToForward = turns(24);
