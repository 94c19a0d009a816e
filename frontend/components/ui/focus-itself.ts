/** For `onOpenAutoFocus`: what opens takes the focus, and not the first of its buttons, which whoever types would press. */
export function focusItself(event: Event): void {
  event.preventDefault();
  if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus();
}
