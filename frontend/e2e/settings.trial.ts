import { expect } from 'vitest';
import type { Profile } from '@/lib/api';
import { env } from './stage/env';
import { trial } from './stage/trial';

trial('how and when reminders come is chosen, and one undo takes it back', async (stage) => {
  const ada = await stage.newcomer();
  await ada.open('/settings/notifications');
  await ada.isConnected();
  await ada.page.getByRole('checkbox', { name: 'By e-mail' }).click();
  await ada.page.getByLabel('Remind at').fill('07:30');
  await ada.page.getByRole('checkbox', { name: 'Keep quiet at night' }).click();
  await ada.page.getByLabel('From', { exact: true }).fill('21:00');
  await ada.page.getByRole('button', { name: 'Save' }).click();
  const settings = async () => (await ada.ask<Profile>('GET', '/profile')).settings;
  const chosen = {
    notifications: { channels: ['in_app', 'push', 'email'], all_day_at: '07:30', quiet_hours: { from: '21:00', to: '07:00' } },
  };
  await expect.poll(settings).toMatchObject(chosen);
  await ada.page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(settings).not.toMatchObject(chosen);
  // The form says what is so again.
  await expect.poll(() => ada.page.getByLabel('Remind at').inputValue()).toBe('09:00');
});

trial('weeks and times are as the device has them, until the settings say otherwise', async (stage) => {
  const ada = await stage.newcomer({ locale: 'en-US' });
  // A Tuesday.
  await ada.create({ title: 'Call mum', due: { kind: 'floating', local: '2099-06-02T15:00:00' } });
  const looks = async (day: RegExp, time: string) => {
    await ada.open('/calendar?view=week&day=2099-06-02');
    await ada.isConnected();
    const calendar = ada.page.getByRole('group', { name: 'Calendar' });
    await expect.poll(() => calendar.getByRole('region').first().getAttribute('aria-label')).toMatch(day);
    await calendar.getByText(time, { exact: true }).waitFor();
  };
  await looks(/^Sunday,? 31 May 2099/, '3:00 pm');

  await ada.open('/settings');
  await ada.isConnected();
  const choose = async (what: string, option: string) => {
    await ada.page.getByRole('combobox', { name: what }).click();
    await ada.page.getByRole('option', { name: option }).click();
  };
  const settings = async () => (await ada.ask<Profile>('GET', '/profile')).settings;
  await choose('Week starts on', 'Saturday');
  await expect.poll(settings).toMatchObject({ week_start: 'saturday' });
  await choose('Time format', '24 hours');
  await expect.poll(settings).toMatchObject({ week_start: 'saturday', hour12: false });
  await looks(/^Saturday,? 30 May 2099/, '15:00');

  await ada.open('/settings');
  await ada.isConnected();
  await choose('Week starts on', 'Same as this device: Sunday');
  await expect.poll(settings).not.toHaveProperty('week_start');
  await ada.page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(settings).toMatchObject({ week_start: 'saturday' });
});

trial('a device in another zone than its person offers its own, and one undo takes it back', async (stage) => {
  const ada = await stage.newcomer({ timezoneId: 'America/New_York' });
  await ada.ask('PATCH', '/profile', { time_zone: 'Europe/Berlin' });
  await ada.open('/inbox');
  await ada.page.getByText('Your time zone is Europe/Berlin, but this device is set to America/New York.').waitFor();
  await ada.page.getByRole('button', { name: 'Use it' }).click();
  const zone = async () => (await ada.ask<Profile>('GET', '/profile')).time_zone;
  await expect.poll(zone).toBe('America/New_York');
  await ada.page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(zone).toBe('Europe/Berlin');
});

trial('a webhook is added, gets another secret, is tried, switched off and deleted, and what is wrong with it is said where it is', async (stage) => {
  const ada = await stage.newcomer();
  await ada.open('/settings/webhooks');
  await ada.isConnected();
  await ada.page.getByRole('button', { name: 'Add a webhook' }).click();
  const url = ada.page.getByLabel('Address (https)');
  const add = ada.page.getByRole('button', { name: 'Add the webhook' });
  await url.fill('not an address');
  await add.click();
  await expect.poll(() => url.getAttribute('aria-invalid')).toBe('true');
  await url.fill('https://hooks.taskflow.example/ada');
  await ada.page.getByRole('checkbox', { name: 'Projects' }).click();
  await add.click();
  const secret = ada.page.getByRole('status').filter({ hasText: 'Signing secret' }).locator('code');
  const first = await secret.innerText();
  await ada.page.getByRole('button', { name: 'Done' }).click();
  await ada.page.getByRole('button', { name: 'New secret…' }).click();
  await ada.page.getByRole('dialog', { name: 'Make a new signing secret?' }).getByRole('button', { name: 'Make it' }).click();
  expect(await secret.innerText()).not.toBe(first);
  await ada.page.getByRole('button', { name: 'Done' }).click();
  // Nobody has that name, and the table that opens says so once it was tried.
  await ada.page.getByRole('button', { name: 'Send a test' }).click();
  await ada.page.getByRole('table').getByText(/^(?:Failed|Unknown)/).first().waitFor();
  const webhooks = () => ada.ask('GET', '/webhooks');
  await expect
    .poll(webhooks)
    .toMatchObject({ items: [{ url: 'https://hooks.taskflow.example/ada', event_types: ['project.*', 'task.*'], active: true }] });

  await ada.page.getByRole('checkbox', { name: 'Send to https://hooks.taskflow.example/ada' }).click();
  await expect.poll(webhooks).toMatchObject({ items: [{ active: false }] });
  await ada.page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(webhooks).toMatchObject({ items: [{ active: true }] });
  await ada.page.getByRole('button', { name: 'Delete' }).click();
  await ada.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await ada.page.getByText('No webhooks yet').waitFor();
});

trial('the calendar feed is made, read by whoever has its address, and closed', async (stage) => {
  const ada = await stage.newcomer();
  await ada.create({ title: 'Dentist', due: { kind: 'date', date: '2099-06-01' } });
  await ada.open('/settings/tokens');
  await ada.isConnected();
  await ada.page.getByRole('button', { name: 'Create an address' }).click();
  const address = await ada.page.getByRole('status').filter({ hasText: 'The address to subscribe to' }).locator('code').innerText();
  expect(address).toContain(`${env.app}/calendar.ics?token=`);
  // As a calendar program does, with nothing but the address.
  const feed = await fetch(address);
  expect(feed.status).toBe(200);
  expect(feed.headers.get('content-type')).toContain('text/calendar');
  const calendar = await feed.text();
  expect(calendar).toMatch(/^BEGIN:VCALENDAR/);
  expect(calendar).toContain('SUMMARY:Dentist');

  await ada.page.getByRole('button', { name: 'Done' }).click();
  await ada.page.getByRole('button', { name: 'Revoke Calendar feed' }).click();
  await ada.page.getByRole('dialog', { name: 'Revoke “Calendar feed”?' }).getByRole('button', { name: 'Revoke' }).click();
  await ada.page.getByText('Token revoked').waitFor();
  expect((await fetch(address)).status).toBe(401);
});
