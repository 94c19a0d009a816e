import { expect } from 'vitest';
import type { Task } from '@/lib/api';
import type { Person } from './stage/person';
import { trial } from './stage/trial';

/** A task of which they are reminded in a moment. */
function remind(person: Person, title: string): Promise<Task> {
  const at = new Date(Date.now() + 5_000).toISOString();
  return person.create({ title, reminders: [{ when: { kind: 'at', at } }] });
}

trial('a reminder is told when it comes, once, leads to its task, and is answered where it stands', async (stage) => {
  const ada = await stage.newcomer();
  await ada.isConnected();
  const { id } = await remind(ada, 'Take the cake out');
  const cake = ada.page.getByText('Reminder: Take the cake out', { exact: true });
  await cake.waitFor();
  await ada.page.getByRole('button', { name: 'Dismiss', exact: true }).click();
  await cake.waitFor({ state: 'detached' });
  await ada.context.setOffline(true);
  await ada.isConnected('offline');
  await ada.context.setOffline(false);
  await ada.isConnected();

  await remind(ada, 'Call mum');
  await ada.page.getByText('Reminder: Call mum', { exact: true }).waitFor();
  expect(await cake.count()).toBe(0);
  await ada.page.getByRole('button', { name: 'Open', exact: true }).click();
  const sheet = ada.page.getByRole('dialog', { name: 'Task details' });
  await expect.poll(() => sheet.getByRole('textbox', { name: 'Title' }).inputValue()).toBe('Call mum');
  await sheet.getByRole('button', { name: 'Close' }).click();
  // What was opened is read, and what was dismissed waits.
  await ada.page.getByRole('link', { name: 'Notifications, 1 unread' }).click();
  await ada.page.waitForURL('**/notifications');

  const reminders = async () => (await ada.ask<Task>('GET', `/tasks/${id}`)).reminders;
  await ada.page.getByRole('button', { name: 'Snooze 1 hour: “Take the cake out”' }).click();
  await ada.page.getByText('You will be reminded again').waitFor();
  await expect.poll(reminders).toMatchObject([{ snoozed_until: expect.any(String) }]);
  await ada.page.getByRole('link', { name: 'Notifications', exact: true }).waitFor();
  const complete = ada.page.getByRole('button', { name: 'Complete “Take the cake out”' });
  await complete.click();
  await complete.waitFor({ state: 'detached' });
  await ada.page.getByText('Task completed').waitFor();
  await ada.page.getByRole('button', { name: 'Undo', exact: true }).click();
  await complete.waitFor();
  expect(await ada.ask('GET', `/tasks/${id}`)).toMatchObject({ completed: false });
});

trial('a reminder that comes is seen wherever one is, opened, read and deleted', async (stage) => {
  const ada = await stage.newcomer();
  await ada.isConnected();
  await remind(ada, 'Take the cake out');
  await ada.page.getByRole('link', { name: 'Notifications, 1 unread' }).click();
  await ada.page.waitForURL('**/notifications');
  const item = ada.page.locator('main').getByRole('listitem').filter({ hasText: 'Take the cake out' });
  await item.getByText('Reminder', { exact: true }).waitFor();
  await item.getByRole('button', { name: 'Mark as read' }).click();
  await ada.page.getByRole('link', { name: 'Notifications', exact: true }).waitFor();

  await item.getByRole('button', { name: 'Take the cake out', exact: true }).click();
  const sheet = ada.page.getByRole('dialog', { name: 'Task details' });
  await sheet.getByRole('button', { name: 'Close' }).click();
  await sheet.waitFor({ state: 'detached' });
  await item.getByRole('button', { name: 'Delete the notification' }).click();
  await ada.page.getByText('Nothing new').waitFor();
});

trial('the link of a reminder leads to its task, past the sign-in page as well', async (stage) => {
  const ada = await stage.newcomer();
  const { id } = await ada.create({ title: 'Take the cake out' });
  // The browser in which they read their mail.
  const other = await stage.stranger(undefined, ada.account);
  await other.open(`/tasks/${id}`);
  await other.page.waitForURL(`**/sign-in?next=${encodeURIComponent(`/today?task=${id}`)}`);
  await other.signInHere();
  const title = other.page.getByRole('dialog', { name: 'Task details' }).getByRole('textbox', { name: 'Title' });
  await expect.poll(() => title.inputValue()).toBe('Take the cake out');
  await other.open(`/tasks/${id}`);
  await other.page.waitForURL(`**/today?task=${id}`);
});
