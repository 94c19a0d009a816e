import type { ReactNode } from 'react';

/** What a view is called. */
export function ViewHeading({ children, note }: { children: ReactNode; note?: ReactNode }) {
  return (
    <div className="flex items-baseline gap-3">
      <h1 className="min-w-0 truncate text-xl font-semibold tracking-tight">{children}</h1>
      {note ? <p className="shrink-0 text-muted">{note}</p> : null}
    </div>
  );
}
