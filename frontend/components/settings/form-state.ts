/** What a form of the account comes back with. */
export type FormState = { isSaved: boolean; errors: Partial<Record<string, string>> };

export const BLANK: FormState = { isSaved: false, errors: {} };
