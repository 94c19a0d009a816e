import { addressOf, bareAddressOf, type Address } from '@/lib/markdown/address';
import { BARE, bareUrl } from '@/lib/markdown/bare';

/**
 * As much of Markdown as answers and notes are written in. HTML is text here, and a picture is what
 * it is called: nothing of it is ever fetched.
 */
export type Block =
  | { kind: 'paragraph' | 'heading'; content: Inline[] }
  | { kind: 'code'; text: string }
  | { kind: 'quote'; blocks: Block[] }
  | { kind: 'list'; isOrdered: boolean; start: number; items: ListItem[] }
  | { kind: 'rule' };

/** `isDone` of what can be ticked, and null of the rest. */
export type ListItem = { isDone: boolean | null; blocks: Block[] };

export type Inline =
  | string
  | { kind: 'strong' | 'em' | 'del'; content: Inline[] }
  | { kind: 'code'; text: string }
  | { kind: 'link'; address: Address; content: Inline[] }
  | { kind: 'break' };

/** Nobody means more. */
const MAX_DEPTH = 8;

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const FENCE_END = /^ {0,3}(`{3,}|~{3,}) *$/;
const HEADING = /^ {0,3}#{1,6} +(.*)$/;
const RULE = /^ {0,3}([-*_])(?: *\1){2,} *$/;
const QUOTE = /^ {0,3}> ?/;
const ITEM = /^ {0,3}(?:[-*+]|(\d{1,9})[.)])(?: +|$)/;
const TICK = /^\[([ xX])\] +/;

export function parseMarkdown(text: string): Block[] {
  return parseBlocks(text.replaceAll('\t', '    ').split(/\r\n|\r|\n/), 0);
}

function parseBlocks(lines: readonly string[], depth: number): Block[] {
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; ) {
    if (isBlank(lines[at])) {
      at += 1;
      continue;
    }
    const { block, end } = readBlock(lines, at, depth);
    blocks.push(block);
    at = end;
  }
  return blocks;
}

type Read = { block: Block; end: number };

/** The block that begins with a line that is not blank. */
function readBlock(lines: readonly string[], at: number, depth: number): Read {
  const line = lines[at] ?? '';
  const fence = FENCE.exec(line)?.[1];
  if (fence) return readCode(lines, at, fence);
  const heading = HEADING.exec(line)?.[1];
  if (heading !== undefined) return { block: { kind: 'heading', content: parseInline(heading) }, end: at + 1 };
  if (RULE.test(line)) return { block: { kind: 'rule' }, end: at + 1 };
  if (depth < MAX_DEPTH) {
    if (QUOTE.test(line)) return readQuote(lines, at, depth);
    if (ITEM.test(line)) return readList(lines, at, depth);
  }
  return readParagraph(lines, at, depth);
}

/** Up to a fence as long, or to the end while it is being written. */
function readCode(lines: readonly string[], at: number, fence: string): Read {
  const closing = lines.findIndex((line, index) => index > at && FENCE_END.exec(line)?.[1]?.startsWith(fence));
  const end = closing === -1 ? lines.length : closing;
  return { block: { kind: 'code', text: lines.slice(at + 1, end).join('\n') }, end: end + 1 };
}

function readQuote(lines: readonly string[], at: number, depth: number): Read {
  let end = at;
  while (QUOTE.test(lines[end] ?? '')) end += 1;
  const inner = lines.slice(at, end).map((line) => line.replace(QUOTE, ''));
  return { block: { kind: 'quote', blocks: parseBlocks(inner, depth + 1) }, end };
}

function readList(lines: readonly string[], at: number, depth: number): Read {
  const number = ITEM.exec(lines[at] ?? '')?.[1];
  const isOrdered = number !== undefined;
  const items: ListItem[] = [];
  let end = at;
  for (let next = at; ; ) {
    const line = lines[next] ?? '';
    const marker = ITEM.exec(line);
    if (!marker || RULE.test(line) || (marker[1] !== undefined) !== isOrdered) break;
    end = endOfItem(lines, next, marker[0].length);
    const width = marker[0].length;
    const rest = lines.slice(next + 1, end).map((each) => unindented(each, width));
    items.push(readItem([line.slice(width), ...rest], depth));
    next = end;
    while (next < lines.length && isBlank(lines[next])) next += 1;
  }
  return { block: { kind: 'list', isOrdered, start: Number(number ?? 1), items }, end };
}

function readItem([first = '', ...rest]: readonly string[], depth: number): ListItem {
  const tick = TICK.exec(first);
  const isDone = tick ? tick[1] !== ' ' : null;
  return { isDone, blocks: parseBlocks([tick ? first.slice(tick[0].length) : first, ...rest], depth + 1) };
}

/** What is further to the right belongs to the item, and so does the rest of its paragraph. */
function endOfItem(lines: readonly string[], at: number, width: number): number {
  let end = at + 1;
  for (let next = end; next < lines.length; next += 1) {
    const line = lines[next] ?? '';
    if (isBlank(line)) continue;
    const goesOn = next === end && !beginsBlock(line);
    if (!goesOn && indentation(line) < Math.min(width, 2)) break;
    end = next + 1;
  }
  return end;
}

function readParagraph(lines: readonly string[], at: number, depth: number): Read {
  let end = at + 1;
  while (end < lines.length && !isBlank(lines[end]) && (depth >= MAX_DEPTH || !beginsBlock(lines[end] ?? ''))) end += 1;
  const text = lines.slice(at, end).map((line) => line.trimStart());
  return { block: { kind: 'paragraph', content: parseInline(text.join('\n').trimEnd()) }, end };
}

function beginsBlock(line: string): boolean {
  return [FENCE, HEADING, RULE, QUOTE, ITEM].some((start) => start.test(line));
}

function isBlank(line: string | undefined): boolean {
  return (line ?? '').trim() === '';
}

function indentation(line: string): number {
  return line.length - line.trimStart().length;
}

function unindented(line: string, width: number): string {
  return line.slice(Math.min(indentation(line), width));
}

const MARKS = { '**': 'strong', __: 'strong', '~~': 'del', '*': 'em', _: 'em' } as const;
type Mark = keyof typeof MARKS;

/** Up to what may be more, such as a bare address. */
const PLAIN = /(?:(?!https?:\/\/)[^\\`![*_~\n])+/iy;
const ESCAPED = /\\([!-/:-@[-`{-~])/y;
const CODE = /`+/y;
/** `[text](address "title")`, and a picture with `!` before it. */
const LINK =
  /(!?)\[((?:\\.|[^[\]\\])*)\]\([ \n]*(<[^<>\n]*>|(?:\\.|[^\s()\\]|\([^\s()]*\))+)(?:[ \n]+(?:"[^"]*"|'[^']*'|\([^()]*\)))?[ \n]*\)/y;
const MARK = /\*\*|__|~~|\*|_/y;

/** The text of a paragraph. What is not closed, or not yet, is text. */
export function parseInline(text: string, isInLink = false): Inline[] {
  return new Line(text, isInLink).read();
}

class Line {
  readonly #text: string;
  readonly #isInLink: boolean;
  readonly #found: Inline[] = [];
  /** Marks that are nowhere closed from here on: who has looked once need not look again. */
  readonly #unclosed = new Set<Mark>();
  #at = 0;
  #plain = '';

  constructor(text: string, isInLink: boolean) {
    this.#text = text;
    this.#isInLink = isInLink;
  }

  read(): Inline[] {
    while (this.#at < this.#text.length) {
      if (this.#bare() || this.#run() || this.#escaped() || this.#code() || this.#link() || this.#marked()) continue;
      const character = this.#text[this.#at] ?? '';
      if (character === '\n') this.#push({ kind: 'break' }, this.#at + 1);
      else this.#take(character, 1);
    }
    this.#flush();
    return this.#found;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#text);
  }

  #push(inline: Inline, end: number): true {
    this.#flush();
    this.#found.push(inline);
    this.#at = end;
    return true;
  }

  /** Text that means itself, for so many characters. */
  #take(text: string, length: number): true {
    this.#plain += text;
    this.#at += length;
    return true;
  }

  #flush(): void {
    if (this.#plain !== '') this.#found.push(this.#plain);
    this.#plain = '';
  }

  /** An address of the web leads there, also without being made a link. */
  #bare(): boolean {
    if (this.#isInLink || isOfWord(this.#text[this.#at - 1] ?? '')) return false;
    const found = this.#match(BARE)?.[0];
    if (found === undefined) return false;
    const url = bareUrl(found);
    const address = bareAddressOf(url);
    if (address === null) return this.#take(url, url.length);
    return this.#push({ kind: 'link', address, content: [url] }, this.#at + url.length);
  }

  #run(): boolean {
    const run = this.#match(PLAIN)?.[0];
    return run !== undefined && this.#take(run, run.length);
  }

  #escaped(): boolean {
    const character = this.#match(ESCAPED)?.[1];
    return character !== undefined && this.#take(character, 2);
  }

  #code(): boolean {
    const ticks = this.#match(CODE)?.[0];
    if (!ticks) return false;
    const start = this.#at + ticks.length;
    const closing = new RegExp(`(?<!\`)${ticks}(?!\`)`, 'g');
    closing.lastIndex = start;
    const end = closing.exec(this.#text)?.index;
    if (end === undefined) return this.#take(ticks, ticks.length);
    const text = this.#text.slice(start, end).replaceAll('\n', ' ');
    return this.#push({ kind: 'code', text: text.trim() || text }, end + ticks.length);
  }

  #link(): boolean {
    const link = this.#match(LINK);
    if (!link) return false;
    const [whole, bang, label = '', written = ''] = link;
    const content = parseInline(label, true);
    const address = bang || this.#isInLink ? null : addressOf(written.replace(/^<|>$/g, '').replaceAll(/\\(?=[!-/:-@[-`{-~])/g, ''));
    if (address !== null) return this.#push({ kind: 'link', address, content }, this.#at + whole.length);
    this.#flush();
    this.#found.push(...content);
    this.#at += whole.length;
    return true;
  }

  #marked(): boolean {
    const mark = this.#match(MARK)?.[0] as Mark | undefined;
    if (!mark) return false;
    const start = this.#at + mark.length;
    const end = this.#unclosed.has(mark) || !this.#opens(mark, start) ? -1 : this.#closing(mark, start);
    if (end === -1) return this.#take(mark, mark.length);
    const content = parseInline(this.#text.slice(start, end), this.#isInLink);
    return this.#push({ kind: MARKS[mark], content }, end + mark.length);
  }

  /** Before a word; and what is within one, as in `snake_case`, is no mark. */
  #opens(mark: Mark, start: number): boolean {
    const before = this.#text[this.#at - 1] ?? '';
    const after = this.#text[start] ?? '';
    return /\S/.test(after) && !(mark.startsWith('_') && isOfWord(before));
  }

  #closing(mark: Mark, start: number): number {
    for (let at = start; ; at += 1) {
      at = this.#text.indexOf(mark, at);
      if (at === -1) break;
      const before = this.#text[at - 1] ?? '';
      const after = this.#text[at + mark.length] ?? '';
      // The end of a longer run of marks is the outer one's.
      const isLonger = after === mark[0] || (mark.length === 1 && before === mark);
      const isWithin = mark.startsWith('_') && isOfWord(after);
      if (at > start && /[^\s\\]/.test(before) && !isLonger && !isWithin) return at;
    }
    this.#unclosed.add(mark);
    return -1;
  }
}

function isOfWord(character: string): boolean {
  return /[\p{L}\p{N}_]/u.test(character);
}
