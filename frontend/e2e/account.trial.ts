import { readFileSync } from 'node:fs';
import type { Locator } from 'playwright-core';
import { expect } from 'vitest';
import { env } from './stage/env';
import { PASSWORD, type Person } from './stage/person';
import { trial } from './stage/trial';

/** A part of a page of the settings. */
function part({ page }: Person, name: string): Locator {
  return page.locator('section').filter({ has: page.getByRole('heading', { name, exact: true }) });
}

trial('name, address, password and time zone are changed', async (stage) => {
  const ada = await stage.newcomer();
  const sofa = await stage.elsewhere(ada);
  await ada.open('/settings');
  await ada.isConnected();
  const profile = part(ada, 'Profile');
  await profile.getByLabel('Name').fill('Countess Lovelace');
  await profile.getByRole('button', { name: 'Save' }).click();
  await profile.getByText('Saved').waitFor();
  await expect.poll(() => ada.page.getByRole('button', { name: 'Account menu' }).textContent()).toBe('CL');

  await part(ada, 'Time zone').getByLabel('Time zone').selectOption('Asia/Tokyo');
  await expect.poll(() => ada.ask('GET', '/profile')).toMatchObject({ time_zone: 'Asia/Tokyo' });

  const email = `countess-${process.pid}-${Date.now()}@taskflow.example`;
  const address = part(ada, 'E-mail address');
  await address.getByLabel('E-mail address').fill(email);
  await address.getByRole('button', { name: 'Save' }).click();
  await address.getByText('Saved').waitFor();

  const password = part(ada, 'Password');
  await password.getByLabel('New password').fill('battery staple');
  await password.getByLabel('Current password').fill('not this one');
  await password.getByRole('button', { name: 'Change password' }).click();
  await password.getByText('This isn’t your password').waitFor();
  await password.getByLabel('Current password').fill(PASSWORD);
  // The server has just had to do with the other browser.
  await sofa.ask('GET', '/tasks');
  await password.getByRole('button', { name: 'Change password' }).click();
  await password.getByText('Saved').waitFor();

  // Whoever else was signed in is so no more, from the next that they do, and knows the way back.
  const answer = await sofa.context.request.get(`${env.app}/api/backend/tasks`);
  expect(answer.status()).toBe(401);
  await sofa.add('Too late');
  await sofa.page.waitForURL('**/sign-in?next=%2Fdashboard');
  expect(await ada.ask('GET', '/tasks')).toMatchObject({ items: [] });
  await sofa.signInHere({ email, password: 'battery staple' });
  await sofa.page.waitForURL('**/dashboard');
});

trial('an account is deleted by who knows its password, and nothing is left of it', async (stage) => {
  const ada = await stage.newcomer();
  await ada.create({ title: 'A secret of mine' });
  await ada.open('/settings/data');
  await ada.isConnected();
  await ada.page.getByRole('button', { name: 'Delete account…' }).click();
  const end = ada.page.getByRole('button', { name: 'Delete for good' });
  await ada.page.getByLabel('Your e-mail address, to confirm').fill(ada.account.email);
  await ada.page.getByLabel('Password').fill('a guess of mine');
  await end.click();
  await ada.page.getByText('This isn’t your password').waitFor();
  await ada.page.getByLabel('Password').fill(PASSWORD);
  await end.click();
  await ada.page.waitForURL('**/sign-in');
  await ada.signInHere();
  await ada.page.getByRole('alert').getByText('The e-mail address or password is wrong').waitFor();
});

trial('what one account exports is imported by another', async (stage) => {
  const ada = await stage.newcomer();
  await ada.create({ title: 'Taken along' });
  await ada.open('/settings/data');
  await ada.isConnected();
  const [download] = await Promise.all([
    ada.page.waitForEvent('download'),
    ada.page.getByRole('link', { name: 'Download' }).click(),
  ]);
  const file = await download.path();
  expect(readFileSync(file, 'utf8')).toContain('Taken along');

  const eve = await stage.newcomer();
  await eve.open('/settings/data');
  await eve.isConnected();
  await eve.page.getByRole('combobox', { name: 'Format' }).click();
  await eve.page.getByRole('option', { name: 'TaskFlow export' }).click();
  await eve.page.getByLabel('File').setInputFiles({ name: 'log.ndjson', mimeType: 'application/x-ndjson', buffer: readFileSync(file) });
  await eve.page.getByRole('button', { name: 'Import', exact: true }).click();
  await eve.page.getByText('Imported 1 task').waitFor();
  await eve.open('/dashboard');
  await eve.sees('Taken along');
});
