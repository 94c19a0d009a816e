/** What a form comes back with: what was typed, except the password, and what is wrong with it. */
export type FormState = {
  values: { name: string; email: string };
  errors: { name?: string; email?: string; password?: string; form?: string };
};

export const BLANK: FormState = { values: { name: '', email: '' }, errors: {} };
