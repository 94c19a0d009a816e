/** A name that is being typed behind its sign: what there is of it, and where it stands in the line with the sign. */
type Opening = {
  sign: '#' | '+';
  typed: string;
  start: number;
  end: number;
  /** Behind a quote that is not closed yet. */
  isQuoted: boolean;
};

/** A name that it may become. */
export type Offer = { name: string; isNew: boolean };

const MOST = 6;
const LONGEST_PROJECT = 100;

const QUOTED = /(?:^|\s)\+"([^"]*)$/;
const PLAIN = /(?:^|\s)([#+])([^\s"]*)$/;

/** What is begun where the caret stands, as quick add reads signs (`crates/quickadd`); null if nothing is. */
export function openingAt(line: string, caret: number): Opening | null {
  // Within a word nothing is begun.
  if (/^\S/.test(line.slice(caret))) return null;
  const before = line.slice(0, caret);
  const quoted = QUOTED.exec(before)?.[1];
  if (quoted !== undefined) return { sign: '+', typed: quoted, start: caret - quoted.length - 2, end: caret, isQuoted: true };
  const [, sign, typed = ''] = PLAIN.exec(before) ?? [];
  if (sign !== '#' && sign !== '+') return null;
  // "+1" and "+49 30" are no projects.
  if (sign === '+' && /^\P{Alphabetic}/u.test(typed)) return null;
  return { sign, typed, start: caret - typed.length - 1, end: caret, isQuoted: false };
}

/** The few names that fit, those that begin like it first; for a project that there is not, to create it. */
export function offersFor(opening: Opening, names: readonly string[]): Offer[] {
  const { sign, typed, isQuoted } = opening;
  const wanted = typed.trim().toLowerCase();
  // Of tags, upper and lower case make two.
  const isWhole = (name: string) => (sign === '#' ? name === typed : name.toLowerCase() === wanted);
  if (!isQuoted && names.some(isWhole)) return [];
  const fitting = [...new Set(names)].filter((name) => written(sign, name) !== null && name.toLowerCase().includes(wanted));
  const begins = (name: string) => name.toLowerCase().startsWith(wanted);
  const found = [...fitting.filter(begins), ...fitting.filter((name) => !begins(name))].slice(0, MOST);
  if (found.length > 0) return found.map((name) => ({ name, isNew: false }));
  const isOfferedAnew = sign === '+' && wanted !== '' && typed.length <= LONGEST_PROJECT;
  return isOfferedAnew ? [{ name: typed.trim(), isNew: true }] : [];
}

/** The line with the name in the place of what was typed of it, and where the caret is then. */
export function finished(line: string, { sign, start, end }: Opening, name: string): { line: string; caret: number } {
  const word = written(sign, name) ?? line.slice(start, end);
  const rest = line.slice(end);
  const space = /^\s/.test(rest) ? '' : ' ';
  return { line: line.slice(0, start) + word + space + rest, caret: start + word.length + 1 };
}

const TAG = /^(?=.*\p{Alphabetic})[\p{XID_Continue}-]+$/u;
const PLAIN_PROJECT = /^\p{Alphabetic}[\p{XID_Continue}-]*$/u;

/** How a name stands in a line; null if none can say it. */
function written(sign: Opening['sign'], name: string): string | null {
  if (sign === '#') return TAG.test(name) ? `#${name}` : null;
  if (PLAIN_PROJECT.test(name)) return `+${name}`;
  return name.includes('"') ? null : `+"${name}"`;
}
