import { expect, test } from 'vitest';
import { finished, offersFor, openingAt } from '@/lib/tasks/type-ahead';

/** What is offered where `|` stands. */
function offered(text: string, ...names: string[]): string[] {
  const opening = openingAt(text.replace('|', ''), text.indexOf('|'));
  return opening ? offersFor(opening, names).map(({ name, isNew }) => (isNew ? `new ${name}` : name)) : [];
}

/** The line and its caret once a name is chosen where `|` stands. */
function chosen(text: string, name: string): string {
  const line = text.replace('|', '');
  const opening = openingAt(line, text.indexOf('|'));
  if (!opening) return text;
  const { line: next, caret } = finished(line, opening, name);
  return `${next.slice(0, caret)}|${next.slice(caret)}`;
}

test.each([
  ['Call mum #fa|', ['family', 'sofa']],
  ['#FA| call mum', ['family', 'sofa']],
  ['#|', ['family', 'sofa', 'home']],
  // Whole already, within a word, or no sign at all.
  ['Call mum #family|', []],
  ['Call mum #fa|mily', []],
  ['C#fa|', []],
  ['\\#fa|', []],
  ['Call mum #fa |', []],
])('tags: %s', (text, names) => expect(offered(text, 'sofa', 'family', 'home').sort()).toEqual(names.sort()));

test('what begins like it comes first, and what no line can say is not offered', () => {
  expect(offered('#f|', 'sofa', 'family')).toEqual(['family', 'sofa']);
  expect(offered('#|', 'v1.2', '100%', 'a/b', '2026', 'zwölf', 'q3-plan')).toEqual(['zwölf', 'q3-plan']);
  expect(offered('+|', 'Say "hi"', 'My project')).toEqual(['My project']);
});

test('in upper case it is another tag, and the same project', () => {
  expect(offered('#Home|', 'home')).toEqual(['home']);
  expect(offered('+garden|', 'Garden')).toEqual([]);
});

test('a project that there is not can be created, and a number is none', () => {
  expect(offered('Buy seeds +Gard|', 'Garden')).toEqual(['Garden']);
  expect(offered('Buy seeds +Yard|', 'Garden')).toEqual(['new Yard']);
  expect(offered('Buy seeds +"My yard|', 'Garden')).toEqual(['new My yard']);
  expect(offered('Call +49|', 'Garden')).toEqual([]);
  expect(offered('#new|', 'Garden')).toEqual([]);
});

test('a quote that is open wants to be closed', () => {
  expect(offered('+"Garden|', 'Garden')).toEqual(['Garden']);
  expect(offered('+"My pro|', 'My project')).toEqual(['My project']);
  expect(offered('+"My project"|', 'My project')).toEqual([]);
});

test('a name takes the place of its beginning', () => {
  expect(chosen('Call mum #fa|', 'family')).toBe('Call mum #family |');
  expect(chosen('#fa| call mum', 'family')).toBe('#family |call mum');
  expect(chosen('Buy seeds +my|', 'My project')).toBe('Buy seeds +"My project" |');
  expect(chosen('Buy seeds +"my pro| today', 'My project')).toBe('Buy seeds +"My project" |today');
});
