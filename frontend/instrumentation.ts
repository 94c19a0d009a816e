/** A server that cannot work must not start. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME === 'nodejs') {
    const { start } = await import('@/lib/start');
    start();
  }
}
