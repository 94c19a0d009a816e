import { expect } from 'vitest';
import { trial } from './stage/trial';

trial('what is typed into a task is kept, however it is left', async (stage) => {
  const ada = await stage.newcomer();
  await ada.isConnected();
  const { id } = await ada.create({ title: 'Letter', description: 'Not written yet' });
  const sheet = ada.page.getByRole('dialog', { name: 'Task details' });
  const description = sheet.getByRole('textbox', { name: 'Description' });
  const ways = {
    Escape: () => ada.page.keyboard.press('Escape'),
    'the way back': () => ada.page.goBack(),
    'the button': () => sheet.getByRole('button', { name: 'Close' }).click(),
  };
  for (const [way, leave] of Object.entries(ways)) {
    await ada.row('Letter').getByRole('button', { name: 'Open' }).click();
    await sheet.getByRole('button', { name: 'Edit description' }).click();
    await description.fill(`Left by ${way}`);
    await leave();
    await sheet.waitFor({ state: 'detached' });
    await expect.poll(() => ada.ask('GET', `/tasks/${id}`)).toMatchObject({ description: `Left by ${way}` });
  }
});

trial('a link in notes is followed, and what stands beside it is edited', async (stage) => {
  const ada = await stage.newcomer();
  await ada.isConnected();
  await ada.context.route('http://localhost:9999/**', (route) => route.fulfill({ body: 'Elsewhere' }));
  const { id: project } = await ada.ask<{ id: string }>('POST', '/projects', { name: 'Garden' });
  const written = `Look at http://localhost:9999/plan_(new), then [the project](/projects/${project}).`;
  const { id } = await ada.create({ title: 'Letter', description: written });
  const description = async () => (await ada.ask<{ description: string }>('GET', `/tasks/${id}`)).description;
  await ada.row('Letter').getByRole('button', { name: 'Open' }).click();
  const sheet = ada.page.getByRole('dialog', { name: 'Task details' });
  const notes = sheet.getByRole('group', { name: 'Description' });
  const field = sheet.getByRole('textbox', { name: 'Description' });

  const opened = ada.context.waitForEvent('page');
  await notes.getByRole('link', { name: 'http://localhost:9999/plan_(new)', exact: true }).click();
  const elsewhere = await opened;
  await elsewhere.waitForURL((url) => url.pathname === '/plan_(new)');
  await elsewhere.close();
  expect(await field.count()).toBe(0);

  await notes.getByText('Look at').click({ position: { x: 4, y: 8 } });
  await ada.page.keyboard.type(' Now.');
  await ada.page.keyboard.press('Tab');
  await notes.getByText('Now.').waitFor();
  await expect.poll(description).toBe(`${written} Now.`);
  await notes.getByRole('button', { name: 'Edit description' }).press('Enter');
  await ada.page.keyboard.type(' Really.');
  await ada.page.keyboard.press('Tab');
  await expect.poll(description).toBe(`${written} Now. Really.`);

  await ada.page.evaluate(() => (document.body.dataset.same = 'yes'));
  await notes.getByRole('link', { name: 'the project' }).click();
  await ada.page.waitForURL(`**/projects/${project}`);
  await ada.page.getByRole('heading', { name: 'Garden' }).waitFor();
  expect(await ada.page.evaluate(() => document.body.dataset.same)).toBe('yes');
});
