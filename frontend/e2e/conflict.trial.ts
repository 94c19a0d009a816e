import { expect } from 'vitest';
import type { Task } from '@/lib/api';
import { trial, type Stage } from './stage/trial';

/** Somebody edits a title, and meanwhile it gets another one elsewhere. */
async function bothEdit(stage: Stage) {
  const ada = await stage.newcomer();
  await ada.isConnected();
  const { id } = await ada.create({ title: 'Before' });
  const field = await ada.retitle('Before', 'Mine');
  const heard = ada.page.waitForResponse((answer) => answer.url().includes(`/tasks?id=${id}`));
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
  const heard = ada.page.waitForResponse((answer) => answer.url().includes(`/tasks?id=${id}`));
  await ada.ask('POST', `/tasks/${id}/recurrence`, { rule: 'monthly' });
  await heard;
  await ada.page.getByRole('button', { name: 'Save, from this one on' }).click();
  const dialog = ada.page.getByRole('dialog', { name: 'Changed in two places' });
  await dialog.getByRole('cell', { name: 'Every day' }).waitFor();
  await dialog.getByRole('cell', { name: 'Every month' }).waitFor();
  await dialog.getByRole('button', { name: 'Keep mine' }).click();
  await expect.poll(() => ada.ask('GET', `/tasks/${id}`)).toMatchObject({ recurrence: { rule: 'FREQ=DAILY' } });
});

trial('the name of a project, changed in two places: both versions are shown', async (stage) => {
  const ada = await stage.newcomer();
  const { id } = await ada.ask<{ id: string }>('POST', '/projects', { name: 'Garden' });
  await ada.open(`/projects/${id}`);
  await ada.isConnected();
  await ada.page.getByRole('button', { name: 'Actions for “Garden”' }).click();
  await ada.page.getByRole('menuitem', { name: 'Name and colour…' }).click();
  const editor = ada.page.getByRole('dialog', { name: 'Name and colour of the project' });
  await editor.getByLabel('Name').fill('Yard');
  await ada.ask('PATCH', `/projects/${id}`, { name: 'Park' });
  await editor.getByRole('button', { name: 'Save' }).click();
  const dialog = ada.page.getByRole('dialog', { name: 'Changed in two places' });
  await dialog.getByRole('cell', { name: 'Yard' }).waitFor();
  await dialog.getByRole('cell', { name: 'Park' }).waitFor();
  expect(await ada.ask('GET', `/projects/${id}`)).toMatchObject({ name: 'Park' });
  await dialog.getByRole('button', { name: 'Keep mine' }).click();
  await ada.page.getByRole('heading', { name: 'Yard' }).waitFor();
  await expect.poll(() => ada.ask('GET', `/projects/${id}`)).toMatchObject({ name: 'Yard' });
});

trial('several tasks, some of them changed elsewhere: both versions of those are shown', async (stage) => {
  const ada = await stage.newcomer();
  const [one, two, three] = [await ada.create({ title: 'One' }), await ada.create({ title: 'Two' }), await ada.create({ title: 'Three' })];
  await ada.open('/inbox');
  await ada.isConnected();
  await ada.hasTools('Three');
  await ada.page.getByRole('button', { name: 'Open “One”' }).click({ modifiers: ['ControlOrMeta'] });
  await ada.page.getByRole('button', { name: 'Open “Three”' }).click({ modifiers: ['Shift'] });
  await ada.page.getByRole('toolbar', { name: 'Selected tasks' }).getByRole('button', { name: 'Priority' }).click();
  const high = ada.page.getByRole('option', { name: 'High' });
  await high.waitFor();
  for (const { id } of [one, three]) await ada.ask('PATCH', `/tasks/${id}`, { priority: 'low' });
  // What others did to another field is no conflict.
  await ada.ask('PATCH', `/tasks/${two.id}`, { title: 'Too' });
  await high.click();
  const dialog = ada.page.getByRole('dialog', { name: 'Changed in two places' });
  await dialog.getByText('2 tasks were changed elsewhere').waitFor();
  for (const title of ['One', 'Three']) {
    const versions = dialog.getByRole('region', { name: title });
    await versions.getByRole('cell', { name: 'High' }).waitFor();
    await versions.getByRole('cell', { name: 'Low' }).waitFor();
  }
  const priorities = () => Promise.all([one, two, three].map(async ({ id }) => (await ada.ask<Task>('GET', `/tasks/${id}`)).priority));
  expect(await priorities()).toEqual(['low', 'high', 'low']);
  await dialog.getByRole('button', { name: 'Keep mine' }).click();
  await expect.poll(priorities).toEqual(['high', 'high', 'high']);
  expect(await ada.ask('GET', `/tasks/${two.id}`)).toMatchObject({ title: 'Too' });
});

trial('one conflict after the other is asked about, and neither a key nor a click beside it takes one away', async (stage) => {
  const ada = await stage.newcomer();
  const sofa = await stage.elsewhere(ada);
  const tasks = [await ada.create({ title: 'One' }), await ada.create({ title: 'Two' })];
  await ada.open('/inbox');
  await ada.isConnected();
  await ada.isKept();
  await ada.hasTools('Two');
  await ada.context.setOffline(true);
  await ada.isConnected('offline');
  for (const { title } of tasks) {
    await (await ada.retitle(title, `My ${title}`)).press('Enter');
    await ada.sees(`My ${title}`);
  }
  for (const { id, title } of tasks) await sofa.ask('PATCH', `/tasks/${id}`, { title: `Their ${title}` });
  await ada.context.setOffline(false);

  const dialog = ada.page.getByRole('dialog', { name: 'Changed in two places' });
  const mine = dialog.getByRole('cell', { name: /^My/ });
  await mine.waitFor();
  // Which of them comes first, nobody knows; and the second may come later.
  const first = await mine.textContent();
  const second = first === 'My One' ? 'My Two' : 'My One';
  await ada.page.keyboard.press('Enter');
  await ada.page.keyboard.press('Escape');
  await ada.page.mouse.click(5, 5);
  expect(await mine.textContent()).toBe(first);
  await dialog.getByRole('button', { name: 'Keep mine' }).click();
  await dialog.getByRole('cell', { name: second }).waitFor();
  await dialog.getByRole('button', { name: 'Keep mine' }).click();
  await dialog.waitFor({ state: 'detached' });
  const titles = async () => (await sofa.ask<{ items: Task[] }>('GET', '/tasks')).items.map(({ title }) => title).sort();
  await expect.poll(titles).toEqual(['My One', 'My Two']);
});
