import { signInPath } from '@/lib/sign-in-path';

/** Tells the other tabs of this browser that somebody has signed out. */
const CHANNEL = 'taskflow-session';

let isLeaving = false;
/** Whether this page has held somebody's data. */
let wasInside = false;

/** To the sign-in page, and back here afterwards. The page's memory goes with it. */
export function sessionOver(): void {
  if (isLeaving) return;
  leave();
  leaveFor(signInPath(window.location.pathname + window.location.search));
}

/** Whoever was here has left: nothing of theirs is kept or sent from now on. */
export function leave(): void {
  isLeaving = true;
}

export function hasLeft(): boolean {
  return isLeaving;
}

/** Ends the session. By a form and not a request: the navigation takes the page's memory with it. */
export function signOut(): void {
  // Whatever is refused from here on must not lead away before the browser was told to forget.
  leave();
  const form = document.createElement('form');
  form.method = 'post';
  form.action = '/api/sign-out';
  document.body.append(form);
  form.submit();
}

/** To be called where there is no session any more: a tab that left too early would come back. */
export function tellOtherTabs(): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage('signed-out');
  channel.close();
}

/** Leaves this page when another tab signs out. */
export function followOtherTabs(): () => void {
  wasInside = true;
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = () => {
    if (isLeaving) return;
    leave();
    leaveFor('/sign-in');
  };
  return () => channel.close();
}

/**
 * To be called where somebody signs in: the router may have led here, and then what is in memory is
 * somebody else's, their conversation and what is still to be sent. Only a new page is without it.
 */
export function dropMemory(): void {
  if (wasInside) window.location.reload();
}

function leaveFor(address: string): void {
  // Not by the router, which would keep what is in memory.
  window.location.assign(address);
}
