/** For `onInteractOutside`: what is announced while a dialog is open can be undone without closing it. */
export function exceptToasts(event: Event): void {
  if (event.target instanceof Element && event.target.closest('[data-sonner-toaster]')) event.preventDefault();
}
