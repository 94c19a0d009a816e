import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { Field, FieldGroup, Input } from '@/components/ui/input';

test('what is wrong with a field is its description, and stands in the place of the hint', () => {
  const field = (error?: string) => (
    <Field id="name" label="Name" hint="Yours" error={error}>
      {(described) => <Input {...described} name="name" />}
    </Field>
  );
  expect(renderToStaticMarkup(field())).toMatch(/aria-invalid="false" aria-describedby="name-note".*id="name-note".*Yours/);
  const wrong = renderToStaticMarkup(field('It is blank'));
  expect(wrong).toMatch(/aria-invalid="true" aria-describedby="name-note".*id="name-note".*It is blank/);
  expect(wrong).not.toContain('Yours');
});

test('what is wrong with several controls is the description of all of them', () => {
  const group = (error?: string) => (
    <FieldGroup id="days" error={error}>
      <input type="checkbox" />
    </FieldGroup>
  );
  expect(renderToStaticMarkup(group())).toBe('<fieldset><input type="checkbox"/></fieldset>');
  expect(renderToStaticMarkup(group('Choose one'))).toMatch(/^<fieldset aria-invalid="true" aria-describedby="days-note">.*id="days-note" role="alert".*Choose one/);
});
