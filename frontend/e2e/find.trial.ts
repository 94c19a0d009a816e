import { expect } from 'vitest';
import type { Task } from '@/lib/api';
import { Program } from './stage/program';
import { trial } from './stage/trial';

trial('what is searched for stands in the address', async (stage) => {
  const ada = await stage.newcomer();
  await ada.create({ title: 'Water the plants', priority: 'high' });
  await ada.create({ title: 'Water the lawn' });
  await ada.open('/search');
  await ada.isConnected();
  await ada.page.getByRole('searchbox', { name: 'Search in titles and descriptions' }).fill('wat');
  await ada.sees('Water the lawn');
  await ada.page.getByRole('combobox', { name: 'Priority' }).click();
  await ada.page.getByRole('option', { name: 'High' }).click();
  await ada.seesNo('Water the lawn');
  await ada.page.waitForURL('**/search?q=wat&priority=high');

  // A press that closes a list of choices does nothing besides: not to what lies there, nor to its own button.
  const choices = ada.page.getByRole('listbox');
  const complete = await ada.page.getByRole('checkbox', { name: 'Complete “Water the plants”' }).boundingBox();
  const priority = await ada.page.getByRole('combobox', { name: 'Priority' }).boundingBox();
  for (const place of [complete, priority]) {
    if (!place) throw new Error('There is nothing to press');
    await ada.page.getByRole('combobox', { name: 'Priority' }).click();
    await choices.waitFor();
    await ada.page.mouse.click(place.x + place.width / 2, place.y + place.height / 2);
    await choices.waitFor({ state: 'detached' });
  }
  expect(await ada.ask('GET', '/tasks?status=completed')).toMatchObject({ items: [] });
  await ada.page.reload();
  await ada.sees('Water the plants');
  expect(await ada.titles()).toEqual(['Water the plants']);

  // What comes to fit, or fits no more, is asked for alone.
  await ada.isConnected();
  const others: string[] = [];
  ada.page.on('request', (request) => {
    if (request.url().includes('/api/backend/tasks?') && !request.url().includes('id=')) others.push(request.url());
  });
  const { id } = await ada.create({ title: 'Water the roses', priority: 'high' });
  await ada.sees('Water the roses');
  await ada.ask('PATCH', `/tasks/${id}`, { priority: 'low' });
  await ada.seesNo('Water the roses');
  expect(others).toEqual([]);
});

trial('what was deleted comes back from the trash, and any change from the history', async (stage) => {
  const ada = await stage.newcomer();
  const { id } = await ada.create({ title: 'Sell the boat', priority: 'low' });
  await ada.ask('PATCH', `/tasks/${id}`, { priority: 'high' });
  await ada.ask('DELETE', `/tasks/${id}`);
  await ada.open('/trash');
  await ada.isConnected();
  await ada.page.getByRole('listitem').filter({ hasText: 'Sell the boat' }).getByRole('button', { name: 'Restore' }).click();
  await ada.page.getByText('The trash is empty').waitFor();
  await ada.page.getByText('Task restored').waitFor();

  await ada.open(`/history/${id}`);
  await ada.isConnected();
  const change = ada.page.getByRole('listitem').filter({ has: ada.page.locator('del', { hasText: 'Low' }) });
  await change.locator('ins', { hasText: 'High' }).first().waitFor();
  await change.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => ada.ask('GET', `/tasks/${id}`)).toMatchObject({ priority: 'low' });
  await change.getByText('Undone').waitFor();
});

trial('the history says by which token a program changed something', async (stage) => {
  const ada = await stage.newcomer();
  const robot = await Program.of(ada, 'Robot');
  await robot.call('add_task', { title: 'Oil the joints' });
  await ada.open('/history');
  const change = ada.page.getByRole('listitem').filter({ hasText: 'Oil the joints' });
  await change.getByText('An agent, with the token “Robot”').waitFor();
});

trial('a tag may be called anything, and has its page', async (stage) => {
  const ada = await stage.newcomer();
  const names = ['v1.2', '100%', 'a/b', 'zwölf'];
  for (const name of names) await ada.create({ title: `Of ${name}`, tags: [name] });
  await ada.open('/today');
  await ada.isConnected();
  for (const name of names) {
    await ada.page.locator('aside').getByRole('link', { name }).click();
    await ada.sees(`Of ${name}`);
    expect(await ada.titles()).toEqual([`Of ${name}`]);
    await ada.page.reload();
    await ada.sees(`Of ${name}`);
    await ada.page.getByRole('heading', { name: `#${name}` }).waitFor();
  }
});

trial('the palette goes to a project and to a tag by their names, and adds what is typed', async (stage) => {
  const ada = await stage.newcomer();
  await ada.ask('POST', '/projects', { name: 'Winter garden' });
  await ada.create({ title: 'Rake the leaves', tags: ['autumn'] });
  await ada.open('/today');
  await ada.isConnected();
  const choose = async (typed: string, option: string) => {
    await ada.page.keyboard.press('Control+k');
    await ada.page.getByRole('dialog', { name: 'Search and commands' }).getByRole('combobox').fill(typed);
    await ada.page.getByRole('option', { name: option, exact: true }).click();
  };
  await choose('garden win', 'Winter garden');
  await ada.page.waitForURL('**/projects/*');
  await choose('#aut', 'autumn');
  await ada.page.waitForURL('**/tags/autumn');
  await choose('Buy seeds tomorrow !high', 'Add “Buy seeds tomorrow !high”');
  await ada.page.getByText('Task added').waitFor();
  const { items } = await ada.ask<{ items: Task[] }>('GET', '/tasks');
  expect(items.find(({ title }) => title === 'Buy seeds')).toMatchObject({ priority: 'high', due: { kind: 'date' } });
});
