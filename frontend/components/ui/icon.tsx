import type { IconNode } from 'lucide';
import { createElement, type SVGProps } from 'react';

export type { IconNode };

/** One of Lucide's pictures. Without an `aria-label` it says nothing to a screen reader. */
export function Icon({ of, ...rest }: SVGProps<SVGSVGElement> & { of: IconNode }) {
  return (
    <svg
      aria-hidden={rest['aria-label'] === undefined}
      viewBox="0 0 24 24"
      width={24}
      height={24}
      fill="none"
      stroke="currentColor"
      strokeWidth={2}
      strokeLinecap="round"
      strokeLinejoin="round"
      {...rest}
    >
      {of.map(([tag, attributes], index) => createElement(tag, { ...attributes, key: index }))}
    </svg>
  );
}
