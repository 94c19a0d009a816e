import { expect } from 'vitest';
import type { Task } from '@/lib/api';
import { dayAhead } from './stage/day';
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
  await ada.page.getByText('Reminder snoozed').waitFor();
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

/** There is no push service here. Runs in the browser. */
function subscribes(): void {
  const endpoint = 'https://push.taskflow.example/ada';
  const keys = { auth: 'A'.repeat(22), p256dh: 'A'.repeat(87) };
  let own: object | null = null;
  Object.defineProperty(Notification, 'permission', { value: 'default' });
  Object.assign(Notification, { requestPermission: async () => 'granted' });
  Object.assign(PushManager.prototype, {
    getSubscription: async () => own,
    subscribe: async () => (own = { endpoint, toJSON: () => ({ endpoint, keys }) }),
  });
}

trial('who sets a reminder learns that this browser stays silent, and changes that', async (stage) => {
  const ada = await stage.newcomer();
  await ada.context.addInitScript(subscribes);
  const { id } = await ada.create({ title: 'Take the cake out' });
  await ada.open(`/today?task=${id}`);
  await ada.isConnected();
  await ada.page.getByRole('dialog', { name: 'Task details' }).getByRole('button', { name: 'Reminders' }).click();
  const picker = ada.page.getByRole('dialog', { name: 'Reminders' });
  const hint = picker.getByText('This browser won’t notify you.');
  await hint.waitFor();
  await picker.getByRole('button', { name: 'Turn on', exact: true }).click();
  await ada.page.getByText('This browser will notify you.').waitFor();
  await hint.waitFor({ state: 'detached' });
  expect(await ada.ask('GET', '/push-subscriptions')).toMatchObject({ items: [{ id: expect.any(String) as string }] });
});

/** The system's icons are nowhere to be seen. Runs in the browser. */
function keepsBadge(): void {
  Object.assign(navigator, { setAppBadge: async (badge: number) => void Object.assign(window, { badge }) });
}

trial('how much is due today stands on the icon and in the tab, and nothing is left of it at the sign-in page', async (stage) => {
  const ada = await stage.newcomer();
  await ada.context.addInitScript(keepsBadge);
  const date = dayAhead(0);
  await ada.create({ title: 'Pay the rent', due: { kind: 'date', date } });
  await ada.open('/today');
  await ada.isConnected();
  const title = () => ada.page.title();
  const badge = () => ada.page.evaluate(() => (window as unknown as { badge?: number }).badge);
  await expect.poll(title).toBe('(1) Today · TaskFlow');
  await expect.poll(badge).toBe(1);
  await ada.page.getByRole('link', { name: 'Inbox' }).click();
  await expect.poll(title).toBe('Inbox · TaskFlow');
  await ada.page.goBack();
  await expect.poll(title).toBe('(1) Today · TaskFlow');

  await ada.page.getByRole('checkbox', { name: 'Complete “Pay the rent”' }).click();
  await expect.poll(title).toBe('Today · TaskFlow');
  expect(await badge()).toBe(0);
  await ada.page.getByRole('button', { name: 'Undo', exact: true }).click();
  await expect.poll(badge).toBe(1);
  await ada.page.getByRole('button', { name: 'Account menu' }).click();
  await ada.page.getByRole('menuitem', { name: 'Sign out' }).click();
  await ada.page.waitForURL('**/sign-in');
  await expect.poll(badge).toBe(0);
});
