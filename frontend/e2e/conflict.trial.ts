import { expect } from 'vitest';
import { trial, type Stage } from './stage/trial';

/** Somebody edits a title, and meanwhile it gets another one elsewhere. */
async function bothEdit(stage: Stage) {
  const ada = await stage.newcomer();
  await ada.isConnected();
  const { id } = await ada.create({ title: 'Before' });
  const field = await ada.retitle('Before', 'Mine');
  const heard = ada.page.waitForResponse((answer) => answer.url().endsWith(`/tasks/${id}`));
  await ada.ask('PATCH', `/tasks/${id}`, { title: 'Theirs' });
  await heard;
  await field.press('Enter');
  const dialog = ada.page.getByRole('dialog', { name: 'Changed in two places' });
  await dialog.getByRole('cell', { name: 'Mine' }).waitFor();
  await dialog.getByRole('cell', { name: 'Theirs' }).waitFor();
  return { ada, dialog, title: async () => (await ada.ask<{ title: string }>('GET', `/tasks/${id}`)).title };
}

trial('the same field changed in two places: both versions are shown, and mine can stay', async (stage) => {
  const { ada, dialog, title } = await bothEdit(stage);
  expect(await title()).toBe('Theirs');
  await dialog.getByRole('button', { name: 'Keep mine' }).click();
  await ada.sees('Mine');
  await expect.poll(title).toBe('Mine');
});

trial('the same field changed in two places: the other one can stay', async (stage) => {
  const { ada, dialog, title } = await bothEdit(stage);
  await dialog.getByRole('button', { name: 'Keep the other' }).click();
  await ada.sees('Theirs');
  expect(await title()).toBe('Theirs');
});

trial('different fields changed in two places are no conflict', async (stage) => {
  const ada = await stage.newcomer();
  await ada.isConnected();
  const { id } = await ada.create({ title: 'Before' });
  const field = await ada.retitle('Before', 'After');
  await ada.ask('PATCH', `/tasks/${id}`, { priority: 'high' });
  await field.press('Enter');
  await expect.poll(() => ada.ask('GET', `/tasks/${id}`)).toMatchObject({ title: 'After', priority: 'high' });
});

trial('how a task repeats, changed in two places: both versions are shown', async (stage) => {
  const ada = await stage.newcomer();
  const { id } = await ada.create({ title: 'Water the plants', due: { kind: 'date', date: '2099-06-01' }, recurrence: { rule: 'weekly' } });
  await ada.open('/upcoming');
  await ada.isConnected();
  await ada.page.getByRole('button', { name: 'Open “Water the plants”' }).click();
  await ada.page.getByRole('dialog', { name: 'Task details' }).getByRole('button', { name: 'Repeat' }).click();
  await ada.page.getByRole('radio', { name: 'Every day' }).click();
  await ada.page.getByText('Tue 2 Jun 2099').waitFor();
  const heard = ada.page.waitForResponse((answer) => answer.url().endsWith(`/tasks/${id}`));
  await ada.ask('POST', `/tasks/${id}/recurrence`, { rule: 'monthly' });
  await heard;
  await ada.page.getByRole('button', { name: 'Save, from this one on' }).click();
  const dialog = ada.page.getByRole('dialog', { name: 'Changed in two places' });
  await dialog.getByRole('cell', { name: 'Every day' }).waitFor();
  await dialog.getByRole('cell', { name: 'Every month' }).waitFor();
  await dialog.getByRole('button', { name: 'Keep mine' }).click();
  await expect.poll(() => ada.ask('GET', `/tasks/${id}`)).toMatchObject({ recurrence: { rule: 'FREQ=DAILY' } });
});
