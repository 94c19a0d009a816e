'use client';

import { useRouter } from 'next/navigation';
import type { ComponentProps, MouseEvent } from 'react';

type Props = Omit<ComponentProps<'a'>, 'href'> & { href: string };

/**
 * A link to a view of ours. `next/link` would be a fortieth of all the JavaScript of a first visit,
 * and the views hold no data of their own that it could fetch ahead.
 */
export function AppLink({ href, onClick, ...rest }: Props) {
  const router = useRouter();
  const prefetch = () => router.prefetch(href);
  const go = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    const isPlain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
    if (!isPlain || event.defaultPrevented) return;
    event.preventDefault();
    router.push(href);
  };
  return <a href={href} onClick={go} onPointerEnter={prefetch} onFocus={prefetch} {...rest} />;
}
