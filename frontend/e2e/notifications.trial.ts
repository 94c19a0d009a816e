import { expect } from 'vitest';
import { trial } from './stage/trial';

trial('a reminder that comes is seen wherever one is, opened, read and deleted', async (stage) => {
  const ada = await stage.newcomer();
  await ada.isConnected();
  const at = new Date(Date.now() + 5_000).toISOString();
  await ada.create({ title: 'Take the cake out', reminders: [{ when: { kind: 'at', at } }] });
  await ada.page.getByRole('link', { name: 'Notifications, 1 unread' }).click();
  await ada.page.waitForURL('**/notifications');
  const item = ada.page.locator('main').getByRole('listitem').filter({ hasText: 'Take the cake out' });
  await item.getByText('Reminder', { exact: true }).waitFor();
  await item.getByRole('button', { name: 'Mark as read' }).click();
  await ada.page.getByRole('link', { name: 'Notifications', exact: true }).waitFor();

  await item.getByRole('button', { name: 'Take the cake out' }).click();
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
