/** The number on the app's icon, where it is installed and the system shows one. None for 0. */
export function showBadge(count: number): void {
  void navigator.setAppBadge?.(count).catch(() => undefined);
}
