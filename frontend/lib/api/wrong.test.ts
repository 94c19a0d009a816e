import { expect, test } from 'vitest';
import { Forbidden, Invalid } from '@/lib/api/errors';
import { wrongOf } from '@/lib/api/wrong';

const invalid = (field?: string) => new Invalid({ status: 422, code: 'invalid', detail: 'It must not', field }, null);
const PLACES = { name: 'name', 'grant.writes_per_hour': 'hourly', tags: 'tags' } as const;

test.each([
  ['name', 'name'],
  ['grant.writes_per_hour', 'hourly'],
  ['tags[2]', 'tags'],
  ['tags[2].name', 'tags'],
  ['grant', 'form'],
  ['named', 'form'],
  [undefined, 'form'],
])('what is wrong with %s is said at %s', (field, at) => {
  expect(wrongOf(invalid(field), PLACES)).toEqual({ at, message: 'It must not' });
});

test('what no field can mend is said of the form', () => {
  const forbidden = new Forbidden({ status: 403, code: 'forbidden', detail: 'No', field: 'name' }, null);
  expect(wrongOf(forbidden, PLACES)).toEqual({ at: 'form', message: 'No' });
});
