'use client';

import { useSyncExternalStore } from 'react';

const never = () => () => {};

/** An element that something else has drawn. It is looked for after each drawing. */
export function useElement(selector: string): HTMLElement | null {
  return useSyncExternalStore(never, () => document.querySelector<HTMLElement>(selector), () => null);
}
