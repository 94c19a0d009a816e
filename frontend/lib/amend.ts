import type { Remote } from '@/lib/remote';

/** Changes what is known of something. What is being read of it meanwhile may be older: it is read once more. */
export function amend<T>(remote: Remote<T>, change: (known: T) => T): void {
  if (remote.known !== undefined) remote.set(change(remote.known));
  if (remote.isReading) void remote.refresh();
}
