'use client';

/** The last resort, where not even the layout could be drawn: it needs nothing of ours. */
export default function GlobalError({ reset }: { error: Error; reset: () => void }) {
  return (
    <html lang="en">
      <body>
        <p>Something broke. Nothing of yours is lost.</p>
        <button type="button" onClick={reset}>
          Try again
        </button>
      </body>
    </html>
  );
}
