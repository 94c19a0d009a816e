'use client';

import { givenLine } from '@/lib/given-line';
import { emptyMessages } from '@/lib/messages/empty';

const { title, lines } = emptyMessages.examples;

/** What can be typed, for who has typed nothing yet. Pressed, a line stands in the field, to be sent or changed. */
export default function Examples() {
  return (
    <section className="mt-3 grid w-full gap-2">
      <h3 className="text-xs font-medium text-muted">{title}</h3>
      {lines.map((line) => (
        <button
          key={line}
          type="button"
          onClick={() => givenLine.set({ line })}
          className="min-h-9 rounded-control border bg-raised px-3 py-1.5 text-left text-[0.8125rem] hover:bg-hover pointer-coarse:min-h-11"
        >
          {line}
        </button>
      ))}
    </section>
  );
}
