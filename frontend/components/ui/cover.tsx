import { clsx } from 'clsx/lite';

/**
 * Lies over the page while something is asked, and takes what would be pressed through it. It stands
 * in Radix’ `Overlay`’s place, which also keeps the page from scrolling, and for that has each
 * element’s style made anew: no page of ours scrolls as a whole.
 */
export function Cover({ isClear = false }: { isClear?: boolean }) {
  return <div className={clsx('fixed inset-0 z-50', !isClear && 'animate-fade-in bg-overlay')} />;
}
