import type { Locator } from 'playwright-core';
import { expect } from 'vitest';
import { dayAhead } from './stage/day';
import { trial } from './stage/trial';

/** Something that no browser takes for nothing, and the server does. */
const BLANK = '\u200b';

/** Waits until a field is wrong, and says why. */
async function isRefused(field: Locator, why: string | RegExp): Promise<void> {
  await expect.poll(() => field.getAttribute('aria-invalid')).toBe('true');
  const note = await field.getAttribute('aria-describedby');
  await expect.poll(() => field.page().locator(`[id="${note}"]`).textContent()).toMatch(why);
}

trial('a name that is refused stands in its dialog again, and the project is called as before', async (stage) => {
  const ada = await stage.newcomer();
  const { id } = await ada.ask<{ id: string }>('POST', '/projects', { name: 'Garden' });
  await ada.open(`/projects/${id}`);
  await ada.isConnected();
  await ada.rename('project', 'Garden', BLANK);
  const dialog = ada.page.getByRole('dialog', { name: 'Name and colour of the project' });
  await isRefused(dialog.getByLabel('Name'), 'must not be blank');
  expect(await dialog.getByLabel('Name').inputValue()).toBe(BLANK);
  await ada.page.locator('main').getByRole('heading', { name: 'Garden', includeHidden: true }).waitFor();
  await dialog.getByLabel('Name').fill('Yard');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await ada.page.getByRole('heading', { name: 'Yard' }).waitFor();
});

trial('a title that is refused is edited once more where it stands in the list', async (stage) => {
  const ada = await stage.newcomer();
  await ada.isConnected();
  const { id } = await ada.create({ title: 'Before' });
  await ada.sees('Before');
  await ada.hasTools('Before');
  const field = await ada.retitle('Before', BLANK);
  await field.press('Enter');
  await isRefused(field, 'must not be blank');
  expect(await field.evaluate((element) => element === document.activeElement)).toBe(true);
  await field.fill('After');
  await field.press('Enter');
  await ada.sees('After');
  await expect.poll(() => ada.ask('GET', `/tasks/${id}`)).toMatchObject({ title: 'After' });
});

trial('what is wrong with notes, a subtask, a reminder or a rule is told where it was typed', async (stage) => {
  const ada = await stage.newcomer();
  const { id } = await ada.create({ title: 'Dentist', due: { kind: 'date', date: '2099-06-01' } });
  await ada.open('/upcoming');
  await ada.isConnected();
  await ada.page.getByRole('button', { name: 'Open “Dentist”' }).click();
  const sheet = ada.page.getByRole('dialog', { name: 'Task details' });

  const notes = sheet.getByRole('textbox', { name: 'Description' });
  await notes.fill('Ring the bell \u0007');
  await notes.blur();
  await isRefused(notes, 'control characters');
  expect(await notes.inputValue()).toBe('Ring the bell \u0007');
  await notes.fill('Ring the bell');
  await notes.blur();
  await expect.poll(() => ada.ask('GET', `/tasks/${id}`)).toMatchObject({ description: 'Ring the bell' });

  const subtask = sheet.getByRole('textbox', { name: 'Add a subtask' });
  await subtask.fill(BLANK);
  await subtask.press('Enter');
  await isRefused(subtask, 'must not be blank');

  await sheet.getByRole('button', { name: 'Reminders' }).click();
  const moment = ada.page.getByRole('dialog', { name: 'Reminders' }).getByLabel('Date and time');
  const today = dayAhead(0);
  await moment.fill(`${today}T00:00`);
  await ada.page.getByRole('button', { name: 'Set', exact: true }).click();
  await isRefused(moment, 'must lie ahead');
  await ada.page.keyboard.press('Escape');

  await sheet.getByRole('button', { name: 'Repeat' }).click();
  await ada.page.getByRole('button', { name: 'Something else…' }).click();
  const rule = ada.page.getByRole('group', { name: 'Repeat' });
  await rule.getByLabel('Unit').selectOption('weeks');
  // The first of June is a Monday.
  await rule.getByRole('button', { name: 'Tuesday' }).click();
  await rule.getByRole('button', { name: 'Monday' }).click();
  await rule.getByLabel('Ends').selectOption('After a number of times');
  await isRefused(rule.getByLabel('Times'), 'COUNT counts from');
});

trial('a filter that the address has wrong says so', async (stage) => {
  const ada = await stage.newcomer();
  await ada.open(`/search?tag=${'x'.repeat(60)}`);
  await ada.isConnected();
  await isRefused(ada.page.getByRole('combobox', { name: 'Tag' }), 'must not be longer');
});
