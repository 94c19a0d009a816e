import { useSearchParams } from 'next/navigation';

const PARAMETER = 'task';

/** How many of the entries in the history are ours. */
let opened = 0;

/** Shows a task's details over whatever is shown. The address can be kept, and back closes. */
export function openTask(id: string): void {
  opened += 1;
  window.history.pushState(null, '', addressWith(id));
}

export function closeTask(): void {
  if (opened > 0) {
    opened -= 1;
    window.history.back();
  } else {
    window.history.replaceState(null, '', addressWith(null));
  }
}

/** The task whose details are shown. */
export function useOpenTask(): string | null {
  return useSearchParams().get(PARAMETER);
}

function addressWith(id: string | null): string {
  const url = new URL(window.location.href);
  if (id === null) url.searchParams.delete(PARAMETER);
  else url.searchParams.set(PARAMETER, id);
  return url.pathname + url.search;
}
