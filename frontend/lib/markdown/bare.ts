/** An address of the web, with whatever follows it without a space: see `bareUrl`. */
export const BARE = /[Hh][Tt][Tt][Pp][Ss]?:\/\/[^\s\p{C}<>"`\\“”„«»]+/uy;

/** What a sentence sets behind an address. */
const BEHIND = /[.,:;!?'’*_~…。、，．：；！？】」』》〉]/;
const BRACKETS = [['(', ')'], ['[', ']'], ['{', '}'], ['（', '）']] as const;

/**
 * As much of a text as is an address: not the sentence's punctuation behind it, nor a bracket that
 * opens before it. `https://en.wikipedia.org/wiki/Ada_(name)` ends with its own.
 */
export function bareUrl(text: string): string {
  const unopened = new Map<string, number>();
  for (const [opening, closing] of BRACKETS) unopened.set(closing, count(text, closing) - count(text, opening));
  let end = text.length;
  for (; end > 0; end -= 1) {
    const last = text[end - 1] ?? '';
    const left = unopened.get(last);
    if (left === undefined ? !BEHIND.test(last) : left <= 0) break;
    if (left !== undefined) unopened.set(last, left - 1);
  }
  return text.slice(0, end);
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}
