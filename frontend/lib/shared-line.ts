/** The parameter of an address that holds a line for a new task. */
export const ADD = 'add';

/** Where an address holds what another app shares. */
export const PARTS = { title: 'add-title', text: ADD, url: 'add-url' } as const;

/** As much as quick add reads. */
const MOST = 1_000;

type Parameters = { get: (name: string) => string | null };

/** The line that an address brings along; null if it brings none. Apps say the same twice, so what is part of another part is left out. */
export function sharedLine(parameters: Parameters): string | null {
  const given = Object.values(PARTS).flatMap((name) => parameters.get(name) ?? []);
  if (given.length === 0) return null;
  const parts = [...new Set(given.map((part) => part.replace(/\s+/g, ' ').trim()))];
  const told = parts.filter((part) => !parts.some((other) => other !== part && other.includes(part)));
  return [...told.join(' ')].slice(0, MOST).join('');
}

/** Such an address without it, for `setParameters`. */
export const NOTHING_SHARED: Readonly<Record<string, null>> = Object.fromEntries(
  Object.values(PARTS).map((name) => [name, null]),
);
