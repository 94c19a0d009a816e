import { useSyncExternalStore } from 'react';

const never = () => () => {};

/** False on the server and for the first drawing: for what can wait until there is something to see. */
export function useIsDrawn(): boolean {
  return useSyncExternalStore(never, () => true, () => false);
}
