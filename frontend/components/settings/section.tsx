import type { ReactNode } from 'react';

type Props = { title: string; hint?: string; children: ReactNode };

/** A part of a page of settings. */
export function Section({ title, hint, children }: Props) {
  return (
    <section className="grid gap-4 md:grid-cols-[14rem_1fr] md:gap-8">
      <div>
        <h2 className="font-semibold">{title}</h2>
        {hint ? <p className="mt-1 text-[0.8125rem] text-pretty text-muted">{hint}</p> : null}
      </div>
      <div className="min-w-0">{children}</div>
    </section>
  );
}
