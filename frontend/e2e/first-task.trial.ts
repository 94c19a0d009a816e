import { expect } from 'vitest';
import { trial } from './stage/trial';

trial('from signing up to the first task', async (stage) => {
  const ada = await stage.newcomer();
  await ada.isConnected();
  await ada.page.getByText('Nothing to do').waitFor();

  // What can be typed stands there, and is put into the field.
  await ada.page.getByRole('button', { name: 'Call Ann tomorrow 9am #family' }).click();
  await ada.page.getByRole('status', { name: 'Understood' }).getByText('family').first().waitFor();
  const field = ada.page.getByRole('textbox', { name: 'New task' });
  expect(await field.evaluate((element) => element === document.activeElement)).toBe(true);

  await ada.add('Water the plants');
  await ada.sees('Water the plants');
  await expect.poll(() => ada.ask('GET', '/tasks')).toMatchObject({ items: [{ title: 'Water the plants' }] });

  // It is there for good, and not only on the screen.
  await ada.page.reload();
  await ada.sees('Water the plants');
  await ada.isConnected();

  await ada.page.getByRole('checkbox', { name: 'Complete “Water the plants”' }).click();
  await ada.page.getByText('Task completed').waitFor();
  await ada.seesNo('Water the plants');
  await ada.page.getByRole('button', { name: 'Undo' }).click();
  await ada.sees('Water the plants');
});

trial('whoever is not signed in is asked to, and comes back to where they wanted to go', async (stage) => {
  const ada = await stage.newcomer();
  await ada.losesSession();
  await ada.open('/today');
  await ada.page.waitForURL('**/sign-in?next=%2Ftoday');
  await ada.signInHere();
  await ada.page.waitForURL('**/today');
});

trial('a form that is not right says so where it is not', async (stage) => {
  const ada = await stage.stranger();
  await ada.open('/sign-up');
  const field = ada.page.getByLabel('E-mail');
  const button = ada.page.getByRole('button', { name: 'Create account' });
  await ada.page.getByLabel('Name').fill('Ada');
  await field.fill('not an address');
  await ada.page.getByLabel('Password', { exact: true }).fill('correct horse battery');
  await button.click();
  await expect.poll(() => field.evaluate((element) => element === document.activeElement)).toBe(true);
  expect(await field.getAttribute('aria-invalid')).toBe('true');
  // What was typed is there still, the password, too.
  expect(await ada.page.getByLabel('Password', { exact: true }).inputValue()).toBe('correct horse battery');
});
