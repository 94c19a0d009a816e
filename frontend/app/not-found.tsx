import { brokenMessages } from '@/lib/messages/broken';

const text = brokenMessages;

/** A plain link: every page carries what is needed here. */
export default function NotFound() {
  return (
    <main className="grid min-h-dvh place-content-center gap-3 px-6 text-center">
      <h1 className="text-xl font-semibold">{text.notFoundTitle}</h1>
      <p className="text-muted">{text.notFoundText}</p>
      <a href="/dashboard" className="font-medium text-accent underline underline-offset-4">
        {text.home}
      </a>
    </main>
  );
}
