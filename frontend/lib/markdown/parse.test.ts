import { expect, test } from 'vitest';
import { addressOf, pageOf } from '@/lib/markdown/address';
import { parseInline, parseMarkdown, type Inline } from '@/lib/markdown/parse';

const strong = (...content: Inline[]): Inline => ({ kind: 'strong', content });
const em = (...content: Inline[]): Inline => ({ kind: 'em', content });
const code = (text: string): Inline => ({ kind: 'code', text });
const bare = (text: string, href = text, place: string | null = null): Inline => ({ kind: 'link', address: { href, place }, content: [text] });

test.each<[string, Inline[]]>([
  ['plain', ['plain']],
  ['**Done**: _one_ and ~~two~~', [strong('Done'), ': ', em('one'), ' and ', { kind: 'del', content: ['two'] }]],
  ['***both***', [strong(em('both'))]],
  ['**a *b* c**', [strong('a ', em('b'), ' c')]],
  ['snake_case_name and 2 * 3 * 4', ['snake_case_name and 2 * 3 * 4']],
  ['**not yet', ['**not yet']],
  ['`a*b*` and ``a`b``', [code('a*b*'), ' and ', code('a`b')]],
  ['one `tick', ['one `tick']],
  ['\\*no\\* \\[ \\] \\!', ['*no* [ ] !']],
  ['a\nb', ['a', { kind: 'break' }, 'b']],
  ['[a *b*](https://example.com/(x) "t")!', [{ kind: 'link', address: { href: 'https://example.com/(x)', place: 'example.com' }, content: ['a ', em('b')] }, '!']],
  ['[a](', ['[a](']],
  ['**see https://example.com/a_b_c**, and', [strong('see ', bare('https://example.com/a_b_c')), ', and']],
  ['Http://Example.com', [bare('Http://Example.com', 'http://example.com/')]],
  ['(https://example.com/x_(y))', ['(', bare('https://example.com/x_(y)'), ')']],
  ['<https://example.com/>', ['<', bare('https://example.com/'), '>']],
  ['https://b\u00fccher.example/\u00fc', [bare('https://b\u00fccher.example/\u00fc', 'https://xn--bcher-kva.example/%C3%BC', 'xn--bcher-kva.example')]],
  ['https://good.example@evil.example', [bare('https://good.example@evil.example', 'https://good.example@evil.example/', 'evil.example')]],
  ['[https://good.example](https://evil.example/)', [{ kind: 'link', address: { href: 'https://evil.example/', place: 'evil.example' }, content: ['https://good.example'] }]],
  ['`https://example.com`', [code('https://example.com')]],
  ['xhttps://example.com, https:// and https:example.com', ['xhttps://example.com, https:// and https:example.com']],
  ['javascript:alert(1) and ftp://example.com', ['javascript:alert(1) and ftp://example.com']],
  ['![a cat](https://evil.example/cat.png)', ['a cat']],
  ['<b>bold</b>', ['<b>bold</b>']],
])('the text %j', (text, expected) => {
  const joined: Inline[] = [];
  for (const inline of parseInline(text)) {
    const before = joined.at(-1);
    if (typeof inline === 'string' && typeof before === 'string') joined[joined.length - 1] = before + inline;
    else joined.push(inline);
  }
  expect(joined).toEqual(expected);
});

test('blocks are told apart as they are while they are being written', () => {
  expect(parseMarkdown('I understand:\n- `list`\n- `undo`')).toEqual([
    { kind: 'paragraph', content: ['I understand:'] },
    {
      kind: 'list',
      isOrdered: false,
      start: 1,
      items: [
        { isDone: null, blocks: [{ kind: 'paragraph', content: [code('list')] }] },
        { isDone: null, blocks: [{ kind: 'paragraph', content: [code('undo')] }] },
      ],
    },
  ]);
  expect(parseMarkdown('# Today\n\n---\n> so\n\n```\n**x**\n')).toEqual([
    { kind: 'heading', content: ['Today'] },
    { kind: 'rule' },
    { kind: 'quote', blocks: [{ kind: 'paragraph', content: ['so'] }] },
    { kind: 'code', text: '**x**\n' },
  ]);
});

test('lists have numbers, ticks and lists of their own', () => {
  const [list] = parseMarkdown('3. [x] Pay\n   - rent\n4. [ ] Call\nmum\n\n5. End');
  expect(list).toMatchObject({
    kind: 'list',
    isOrdered: true,
    start: 3,
    items: [
      { isDone: true, blocks: [{ content: ['Pay'] }, { kind: 'list', isOrdered: false, items: [{ blocks: [{ content: ['rent'] }] }] }] },
      { isDone: false, blocks: [{ content: ['Call', { kind: 'break' }, 'mum'] }] },
      { isDone: null, blocks: [{ content: ['End'] }] },
    ],
  });
});

test('what is nested without end, or never closed, is read all the same', () => {
  for (const text of ['>'.repeat(20_000), '- '.repeat(20_000), '*a **b '.repeat(20_000), '[a]('.repeat(20_000), '`'.repeat(20_000), 'https://'.repeat(20_000), `https://a.example/${')'.repeat(20_000)}`, `[a](${' '.repeat(20_000)}`]) {
    expect(parseMarkdown(text).length).toBeGreaterThan(0);
  }
});

test.each([
  ['https://example.com/a?b#c', 'https://example.com/a?b#c'],
  ['HTTP://example.com', 'http://example.com/'],
  ['mailto:ada@example.com', 'mailto:ada@example.com'],
  ['/projects/1', '/projects/1'],
  ['today?x=1#y', '/today?x=1#y'],
  ['//example.com/x', 'https://example.com/x'],
  ['\\\\example.com', 'https://example.com/'],
  ['/.//example.com', '/example.com'],
  ['', null],
  ['https://', null],
  ['javascript:alert(1)', null],
  [' \u0001javascript:alert(1)', null],
  ['java\nscript:alert(1)', null],
  ['data:text/html,x', null],
  ['tel:123', null],
])('%j may lead to %j', (text, expected) => {
  expect(addressOf(text)?.href ?? null).toBe(expected);
});

test('a place is called by its own name, whatever stands before it', () => {
  expect(addressOf('https://taskflow.example@evil.example/x')?.place).toBe('evil.example');
  expect(addressOf('https://xn--bcher-kva.example:8080')?.place).toBe('xn--bcher-kva.example:8080');
  expect(addressOf('https://t\u0430skflow.example')?.place).toMatch(/^xn--/);
  expect(addressOf('mailto:ada@example.com?subject=x')?.place).toBe('ada@example.com');
  expect(addressOf('/today')?.place).toBeNull();
});

test.each([
  ['/projects/1?x=1', '/projects/1?x=1'],
  ['https://taskflow.example/today', '/today'],
  ['https://taskflow.example/', '/'],
  ['https://taskflow.example//evil.example', null],
  ['https://taskflow.example.evil.example/today', null],
  ['https://taskflow.example/api/sign-out', null],
  ['/api/auth/sign-out', null],
  ['mailto:ada@taskflow.example', null],
])('%j leads to our page %j', (href, expected) => {
  expect(pageOf(href, 'https://taskflow.example')).toBe(expected);
});
