import { expect } from 'vitest';
import type { Task } from '@/lib/api';
import { trial } from './stage/trial';

trial('a line says what it was understood to mean before it becomes a task', async (stage) => {
  const ada = await stage.newcomer({ timezoneId: 'Pacific/Auckland' });
  await ada.isConnected();
  const field = ada.page.getByRole('textbox', { name: 'New task' });
  await field.fill('Pay rent every month on the last day #home !high at 9:00 remind me 30 minutes before');
  const understood = ada.page.getByRole('status', { name: 'Understood' });
  for (const words of ['High', 'home', '30 minutes before', 'every month on the last day']) {
    await understood.getByText(words).first().waitFor();
  }
  await field.press('Enter');
  await ada.sees('Pay rent');
  await expect
    .poll(async () => (await ada.ask<{ items: Task[] }>('GET', '/tasks')).items)
    .toMatchObject([
      {
        title: 'Pay rent',
        tags: ['home'],
        priority: 'high',
        due: { kind: 'floating' },
        recurrence: { rule: 'FREQ=MONTHLY;BYMONTHDAY=-1' },
        reminders: [{ when: { kind: 'before', minutes: 30 } }],
      },
    ]);
});

trial('what was understood and not meant stays as it stands', async (stage) => {
  const ada = await stage.newcomer();
  const field = ada.page.getByRole('textbox', { name: 'New task' });
  await field.fill('Read Tomorrow and Tomorrow tomorrow');
  await ada.page.getByRole('status', { name: 'Understood' }).getByRole('button').first().click();
  await expect.poll(() => field.inputValue()).toContain('\\');
  await field.press('Enter');
  await expect.poll(async () => (await ada.titles())[0]).toContain('Tomorrow');
});

trial('who types fast is understood as well', async (stage) => {
  const ada = await stage.newcomer();
  await ada.isConnected();
  // No preview had a chance.
  await ada.add('Call mum tomorrow !urgent');
  await ada.sees('Call mum');
  await expect
    .poll(() => ada.ask('GET', '/tasks'))
    .toMatchObject({ items: [{ title: 'Call mum', priority: 'urgent', due: { kind: 'date' } }] });
});

trial('a task that is added in a view belongs there, unless the line says otherwise', async (stage) => {
  const ada = await stage.newcomer();
  const { id } = await ada.ask<{ id: string }>('POST', '/projects', { name: 'Garden' });
  await ada.open(`/projects/${id}`);
  await ada.isConnected();
  await ada.add('Rake the leaves #autumn');
  await ada.sees('Rake the leaves');
  await expect
    .poll(() => ada.ask('GET', '/tasks'))
    .toMatchObject({ items: [{ title: 'Rake the leaves', project_id: id, tags: ['autumn'] }] });

  // A part is understood as well.
  await ada.row('Rake the leaves').getByRole('button', { name: 'Open' }).click();
  const field = ada.page.getByRole('dialog', { name: 'Task details' }).getByRole('textbox', { name: 'Add a subtask' });
  await field.fill('Buy bags tomorrow at 9:00 !high');
  await field.press('Enter');
  await expect
    .poll(async () => (await ada.ask<{ items: Task[] }>('GET', '/tasks')).items.find(({ parent_id }) => parent_id))
    .toMatchObject({ title: 'Buy bags', project_id: id, priority: 'high', due: { kind: 'floating' } });
});

trial('what was understood is seen as a whole in the box of a day of the calendar, too', async (stage) => {
  const ada = await stage.newcomer();
  await ada.open('/calendar?view=week&day=2099-06-02');
  await ada.isConnected();
  await ada.page.getByRole('button', { name: /^Add a task on .* 2 June 2099$/ }).click();
  const box = ada.page.getByRole('dialog', { name: /^Add a task on/ });
  await box.getByRole('textbox', { name: 'New task' }).fill('Call mum !high #family');
  await box.getByRole('status', { name: 'Understood' }).getByText('High').waitFor();
  expect(await box.evaluate((element) => element.scrollHeight - element.clientHeight)).toBe(0);
  await ada.page.keyboard.press('Enter');
  await ada.page.getByRole('button', { name: 'Open “Call mum”' }).waitFor();
});

trial('a task is added over any page, and what is refused stands in the field again', async (stage) => {
  const ada = await stage.newcomer();
  await ada.open('/statistics');
  await ada.isConnected();
  const dialog = ada.page.getByRole('dialog', { name: 'New task' });
  const field = dialog.getByRole('textbox', { name: 'New task' });
  const open = async (key: string) => {
    await ada.page.keyboard.press(key);
    await expect.poll(() => field.evaluate((element) => element === document.activeElement)).toBe(true);
  };
  for (const key of ['q', 'n']) {
    await open(key);
    await ada.page.keyboard.type(`By the key ${key} tomorrow`);
    await ada.page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await expect
      .poll(async () => (await ada.ask<{ items: Task[] }>('GET', '/tasks')).items.find(({ title }) => title === `By the key ${key}`))
      .toMatchObject({ due: { kind: 'date' } });
  }
  expect(new URL(ada.page.url()).pathname).toBe('/statistics');
  await open('q');
  // There is nothing to be done in it.
  await field.fill('#home');
  await field.press('Enter');
  await expect.poll(() => field.getAttribute('aria-invalid')).toBe('true');
  expect(await field.inputValue()).toBe('#home');
});

trial('tags and projects are finished while they are typed, and a project that there is not is created', async (stage) => {
  const ada = await stage.newcomer();
  const { id } = await ada.ask<{ id: string }>('POST', '/projects', { name: 'Winter garden' });
  await ada.create({ title: 'Rake the leaves', tags: ['autumn'] });
  await ada.open('/inbox');
  await ada.isConnected();
  const { keyboard } = ada.page;
  const field = ada.page.locator('main form input');
  const option = (name: string) => ada.page.getByRole('option', { name, exact: true });
  const stands = (line: string) => expect.poll(() => field.inputValue()).toBe(line);
  const saved = async (title: string) =>
    (await ada.ask<{ items: Task[] }>('GET', '/tasks')).items.find((task) => task.title === title);
  await field.focus();
  // As on a machine that is busy: what is typed next comes before the next frame.
  await ada.page.evaluate(() => {
    const soon = window.requestAnimationFrame;
    window.requestAnimationFrame = (draw) => soon(() => setTimeout(() => draw(performance.now()), 100));
  });

  await keyboard.type('Buy seeds #aut');
  await option('autumn').waitFor();
  await keyboard.press('Enter');
  // Who types on at once types behind it.
  await keyboard.type('+gar');
  await option('Winter garden').waitFor();
  await keyboard.press('Tab');
  await stands('Buy seeds #autumn +"Winter garden" ');
  await keyboard.press('Enter');
  await expect.poll(() => saved('Buy seeds')).toMatchObject({ tags: ['autumn'], project_id: id });

  await keyboard.type('Dig +Pond');
  await option('Create project “Pond”').waitFor();
  await keyboard.press('ArrowDown');
  await keyboard.press('Enter');
  await stands('Dig +Pond ');
  await keyboard.press('Enter');
  await expect.poll(() => saved('Dig')).toMatchObject({ project_id: expect.any(String) });

  // Who wants another one closes the list; then the key sends the line.
  await keyboard.type('Water them #aut');
  await option('autumn').waitFor();
  await keyboard.press('Escape');
  await option('autumn').waitFor({ state: 'detached' });
  await keyboard.press('Enter');
  await expect.poll(() => saved('Water them')).toMatchObject({ tags: ['aut'] });
});

trial('what another app shares stands in the field, and is a task only when its person says so', async (stage) => {
  const ada = await stage.newcomer();
  const { share_target: target } = (await (await ada.page.request.get('/manifest.webmanifest')).json()) as Manifest;
  const shared = new URLSearchParams({ [target.params.title]: 'Apple pie', [target.params.url]: 'https://pies.example/apple' });
  await ada.losesSession();
  // Also by way of signing in.
  await ada.open(`${target.action}?${shared}`);
  await ada.page.waitForURL('**/sign-in?next=*');
  await ada.signInHere();
  const field = ada.page.getByRole('dialog', { name: 'New task' }).getByRole('textbox', { name: 'New task' });
  await expect.poll(() => field.inputValue()).toBe('Apple pie https://pies.example/apple');
  expect(await ada.ask('GET', '/tasks')).toMatchObject({ items: [] });
  await field.press('Enter');
  await ada.sees('Apple pie https://pies.example/apple');
  await expect.poll(() => new URL(ada.page.url()).search).toBe('');
});

type Manifest = { share_target: { action: string; params: Record<'title' | 'url', string> } };
