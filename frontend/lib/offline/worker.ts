/** Where `keep.ts` keeps what was seen last. */
export const SEEN_DATABASE = 'taskflow-seen';

/** Lets pages be there without a network. Where that is not to be had, everything else works. */
export function startWorker(): void {
  if (process.env.NODE_ENV !== 'production' || !('serviceWorker' in navigator)) return;
  navigator.serviceWorker.register('/sw.js').catch(() => undefined);
}

/**
 * What whoever was signed in before has seen is nobody's any more. What they asked for and was not
 * sent yet waits for them.
 */
export async function forgetSeen(): Promise<void> {
  indexedDB.deleteDatabase(SEEN_DATABASE);
  await forgetPages();
}

/** Of the app without a network its files stay, which are nobody's. */
export async function forgetPages(): Promise<void> {
  if ('caches' in window) await caches.delete('taskflow-pages');
}
