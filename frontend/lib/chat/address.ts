/** Where a link leads, and what that place is called; a page of ours has no such name. */
export type Address = { href: string; place: string | null };

/** No page has it: what is still there after an address was read against it is one of ours. */
const HERE = 'https://here.invalid';

/**
 * Where a link of a model may lead: to the web, to somebody's mail, or to a page of ours. Null for
 * everything else. Read as browsers read it, and given back as it was read: what they pass over,
 * such as a line's end within `javascript:`, hides nothing.
 */
export function addressOf(text: string): Address | null {
  if (text === '' || !URL.canParse(text, HERE)) return null;
  const url = new URL(text, HERE);
  if (url.origin === HERE) return { href: url.pathname.replace(/^\/+/, '/') + url.search + url.hash, place: null };
  switch (url.protocol) {
    case 'http:':
    case 'https:':
      return { href: url.href, place: url.host };
    case 'mailto:':
      return { href: url.href, place: url.pathname };
    default:
      return null;
  }
}
