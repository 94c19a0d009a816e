'use client';

import { lastResortMessages } from '@/lib/messages/last-resort';

const text = lastResortMessages;

/** The last resort, where not even the layout could be drawn: it needs nothing of ours but its words. */
export default function GlobalError({ reset }: { error: Error; reset: () => void }) {
  return (
    <html lang={text.locale}>
      <body>
        <p>{text.text}</p>
        <button type="button" onClick={reset}>
          {text.retry}
        </button>
      </body>
    </html>
  );
}
