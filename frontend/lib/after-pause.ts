/** Who types on does not want to know what half a word means. */
const PAUSE_MILLISECONDS = 150;

/** For an effect: asks when nothing has changed for a while. Returns what takes that back, also what was asked already. */
export function afterPause(ask: (signal: AbortSignal) => void, milliseconds = PAUSE_MILLISECONDS): () => void {
  const leaving = new AbortController();
  const timer = setTimeout(() => ask(leaving.signal), milliseconds);
  return () => {
    clearTimeout(timer);
    leaving.abort();
  };
}
