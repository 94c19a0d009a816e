import 'server-only';
import { after } from 'next/server';
import pLimit from 'p-limit';

/**
 * How many pages are drawn at once. More would not come sooner, since one thread draws them all; but
 * each is in memory meanwhile, and a hundred were more than the server's heap holds (`Dockerfile`),
 * which ended it for everybody.
 */
const AT_ONCE = 4;

/** However slowly a page is read, others wait for it no longer. */
const LONGEST_MILLISECONDS = 10_000;

const limit = pLimit(AT_ONCE);

/**
 * Begins a page with `load`, once few enough others are being drawn, in the order in which they came.
 * Its turn ends with its answer. Who has left before it began gets nothing.
 */
export function inTurn<T>(load: () => Promise<T>): Promise<T> {
  let hasEnded = false;
  const end = new Promise<void>((resolve) => {
    after(() => {
      hasEnded = true;
      resolve();
    });
  });
  return new Promise<T>((begin, giveUp) => {
    void limit(async () => {
      if (hasEnded) return giveUp(new DOMException('Nobody waits for this page any more', 'AbortError'));
      const loaded = load();
      begin(loaded);
      // Who leaves early does not end what has begun.
      await endOf(Promise.allSettled([loaded, end]));
    });
  });
}

function endOf(page: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, LONGEST_MILLISECONDS).unref();
    // A timer keeps in memory whatever its request knows, so it ends with it.
    void page.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
