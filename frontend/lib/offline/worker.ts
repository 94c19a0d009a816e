/** Lets pages be there without a network. Where that is not to be had, everything else works. */
export function startWorker(): void {
  if (process.env.NODE_ENV !== 'production' || !('serviceWorker' in navigator)) return;
  navigator.serviceWorker.register('/sw.js').catch(() => undefined);
}

/** Pages of whoever was signed in before are nobody's any more. */
export async function forgetPages(): Promise<void> {
  if (!('caches' in window)) return;
  await caches.delete('taskflow-pages');
}
