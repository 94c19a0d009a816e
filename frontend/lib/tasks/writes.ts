import type { Task } from '@/lib/api';
import { createStore, type Store } from '@/lib/store';
import type { TaskWrite } from '@/lib/tasks/write';

/** The tasks as they will be when these writes have arrived. */
export type Overlay = (
  saved: ReadonlyMap<string, Task>,
  writes: readonly TaskWrite[],
  now: string,
) => ReadonlyMap<string, Task>;

/** What has been asked for and not been answered. */
export type Writes = {
  /** Oldest first. */
  readonly pending: Store<readonly TaskWrite[]>;
  /** It comes with what writes, so it is there before the first of them. */
  overlay: Overlay | null;
};

export function createWrites(): Writes {
  return { pending: createStore<readonly TaskWrite[]>([]), overlay: null };
}
