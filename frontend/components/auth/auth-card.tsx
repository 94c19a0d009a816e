import Link from 'next/link';
import type { ReactNode } from 'react';

type Props = { title: string; question: string; answer: string; href: string; children: ReactNode };

/** A form, and the way to the other one. */
export function AuthCard({ title, question, answer, href, children }: Props) {
  return (
    <>
      <section className="rounded-card border bg-raised p-6 shadow-sm sm:p-7">
        <h1 className="mb-5 text-xl font-semibold tracking-tight">{title}</h1>
        {children}
      </section>
      <p className="mt-5 text-center text-muted">
        {question}{' '}
        <Link href={href} className="rounded font-medium text-accent underline-offset-4 hover:underline">
          {answer}
        </Link>
      </p>
    </>
  );
}
