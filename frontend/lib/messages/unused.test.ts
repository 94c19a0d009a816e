import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const FRONTEND = `${import.meta.dirname}/../..`;
/** Others are names that the API gives, such as `task.created` and `get_context`: by them a text is looked up. */
const OURS = /^[a-z][a-zA-Z]*$/;

/** The names that lead to the texts of a catalogue. */
function paths(texts: object, to: readonly string[] = []): string[][] {
  return Object.entries(texts).flatMap(([name, value]: [string, unknown]) => {
    const path = [...to, name];
    const isGroup = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isGroup ? paths(value, path) : [path];
  });
}

/** All words of the code that may name a text, be it written out or taken apart. */
function wordsOfCode(): Set<string> {
  const files = ['app', 'components', 'lib'].flatMap((folder) =>
    readdirSync(`${FRONTEND}/${folder}`, { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`),
  );
  const sources = files.filter((file) => /(?<!\.test|\.d)\.tsx?$/.test(file) && !file.startsWith('lib/messages'));
  return new Set(sources.flatMap((file) => readFileSync(`${FRONTEND}/${file}`, 'utf8').match(/\w+/g) ?? []));
}

test('no text stands in the catalogue that nothing shows', async () => {
  const words = wordsOfCode();
  const names = readdirSync(`${FRONTEND}/messages/en`).flatMap((file) => /^([a-z-]+)\.ts$/.exec(file)?.[1] ?? []);
  const catalogues = await Promise.all(names.map(async (name) => (await import(`../../messages/en/${name}.ts`)) as object));
  const used = catalogues.flatMap((texts) => paths({ ...texts })).filter((path) => OURS.test(path.at(-1) ?? ''));
  // The catalogue itself is named in `lib/messages`, and what makes texts is none.
  const unused = used.filter((path) => path.length > 1 && !words.has(path.at(-1) ?? '')).map((path) => path.join('.'));
  expect(unused).toEqual([]);
});
