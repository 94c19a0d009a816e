/** The first letters of a name. As people see letters: an emoji of several code points is one. */
export function initials(name: string): string {
  const segmenter = new Intl.Segmenter();
  const words = name.trim().split(/\s+/);
  const first = words.length > 1 ? [words.at(0), words.at(-1)] : words.slice(0, 1);
  return first.map((word = '') => [...segmenter.segment(word)].at(0)?.segment ?? '').join('');
}
