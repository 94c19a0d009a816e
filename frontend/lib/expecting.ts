import { amend } from '@/lib/amend';
import type { Remote } from '@/lib/remote';

/**
 * Shows what a write will make of something while it is on its way. Refused, it is simply no longer
 * expected: there is nothing to be rolled back. `taken` is what the answer has made of it; where
 * that does not say it, all of it is read anew.
 */
export async function expecting<T, R>(
  remote: Remote<T>,
  change: (value: T) => T,
  write: () => Promise<R>,
  taken?: (known: T, answer: R) => T,
): Promise<R> {
  const end = remote.expect(change);
  try {
    const answer = await write();
    if (taken) {
      amend(remote, (known) => taken(known, answer));
      end(false);
    } else {
      // What is read from now on knows of it. Where nothing can be read it is as it was asked for.
      void remote.refresh().then(() => end(remote.state().error !== null));
    }
    return answer;
  } catch (error) {
    end(false);
    throw error;
  }
}
