/**
 * Lets pages be there without a network; `whenReady` is called when what is fetched is kept. Where
 * that is not to be had, everything else works.
 */
export function startWorker(whenReady: () => void): void {
  if (process.env.NODE_ENV !== 'production' || !('serviceWorker' in navigator)) return;
  navigator.serviceWorker
    .register('/sw.js')
    .then(() => navigator.serviceWorker.ready)
    .then(whenReady)
    .catch(() => undefined);
}

/** Pages of whoever was signed in before are nobody's any more. */
export async function forgetPages(): Promise<void> {
  if (!('caches' in window)) return;
  await caches.delete('taskflow-pages');
}
