import { Invalid, messageOf } from '@/lib/api/errors';

/** What is wrong with what was typed, and in which place; `form` if it is in none. */
export type Wrong<F extends string> = { at: F | 'form'; message: string };

/** The places of a form, by what the server calls them. A name stands for all that lies within it, too. */
export type Places<F extends string> = Readonly<Record<string, F>>;

/** Where in a form that stands which was refused. */
export function wrongOf<F extends string>(problem: unknown, places: Places<F>): Wrong<F> {
  const field = problem instanceof Invalid ? problem.field : null;
  const found = Object.entries(places).find(([name]) => field !== null && isWithin(field, name));
  return { at: found ? found[1] : 'form', message: messageOf(problem) };
}

/** `due.zone` lies within `due`, and `tags[2]` within `tags`. */
function isWithin(field: string, name: string): boolean {
  return field === name || field.startsWith(`${name}.`) || field.startsWith(`${name}[`);
}
