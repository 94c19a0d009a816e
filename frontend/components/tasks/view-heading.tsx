import type { ReactNode } from 'react';

type Props = {
  children: ReactNode;
  note?: ReactNode;
  actions?: ReactNode;
  /** At the other end: how it is seen. */
  aside?: ReactNode;
};

/** What a view is called, and what can be done with it as a whole. */
export function ViewHeading({ children, note, actions, aside }: Props) {
  return (
    <div className="flex items-baseline gap-3">
      <h1 className="min-w-0 truncate text-xl font-semibold tracking-tight">{children}</h1>
      {note ? <p className="shrink-0 text-muted">{note}</p> : null}
      {actions ? <div className="-my-1 self-center">{actions}</div> : null}
      {/* Into the span comes what can be chosen besides: see `view-choice`. */}
      <div className="-my-1 ml-auto flex items-center gap-2 self-center">
        {aside}
        <span data-choice className="flex items-center gap-2 empty:hidden" />
      </div>
    </div>
  );
}
