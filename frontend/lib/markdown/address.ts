/** Where a link leads, and what that place is called: null of a page of ours, and where the link says it itself. */
export type Address = { href: string; place: string | null };

/** No page has it: what is still there after an address was read against it is one of ours. */
const HERE = 'https://here.invalid';

/**
 * Where a link that anybody may have written may lead: to the web, to somebody's mail, or to a page
 * of ours. Null for everything else. Read as browsers read it, and given back as it was read: what
 * they pass over, such as a line's end within `javascript:`, hides nothing.
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

/** The same of an address that stands in a text as such: it names its place, unless it pretends another one. */
export function bareAddressOf(text: string): Address | null {
  const address = addressOf(text);
  if (address === null) return null;
  const [named] = text.slice(text.indexOf('//') + 2).split(/[/?#]/);
  return named?.toLowerCase() === address.place ? { ...address, place: null } : address;
}

/** The page of ours that a link leads to, as a path; null if it leads elsewhere, or to what is no page. */
export function pageOf(href: string, origin: string): string | null {
  const path = href.startsWith(`${origin}/`) ? href.slice(origin.length) : href;
  return /^\/(?!\/|api\/)/.test(path) ? path : null;
}
