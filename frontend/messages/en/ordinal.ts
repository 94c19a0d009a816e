const ENDINGS: Partial<Record<Intl.LDMLPluralRule, string>> = { one: 'st', two: 'nd', few: 'rd' };
const rules = new Intl.PluralRules('en', { type: 'ordinal' });

/** A number as a place in a row: 1st, 22nd, 13th. */
export function ordinal(count: number): string {
  return `${count}${ENDINGS[rules.select(count)] ?? 'th'}`;
}
