import { clsx } from 'clsx/lite';
import type { ReactNode } from 'react';

type Props = {
  title: ReactNode;
  note?: ReactNode;
  actions?: ReactNode;
  /** There is nothing in it that takes the focus, so that keys scroll it only if it does. */
  isOnlyRead?: boolean;
  className?: string;
  children: ReactNode;
};

/** A view that scrolls as a whole. */
export function Page({ title, note, actions, isOnlyRead, className = 'max-w-4xl', children }: Props) {
  return (
    <div data-scroller tabIndex={isOnlyRead ? 0 : undefined} className="h-full overflow-y-auto overscroll-contain focus-visible:-outline-offset-2">
      <div className={clsx('mx-auto px-5 pt-3 pb-10 sm:px-7', className)}>
        <div className="mb-4 flex flex-wrap items-center gap-x-3 gap-y-2">
          <h1 className="min-w-0 truncate text-xl font-semibold tracking-tight">{title}</h1>
          {note ? <p className="text-muted">{note}</p> : null}
          {actions ? <div className="ml-auto flex flex-wrap items-center gap-2">{actions}</div> : null}
        </div>
        {children}
      </div>
    </div>
  );
}
