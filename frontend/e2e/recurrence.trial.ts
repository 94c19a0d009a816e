import { expect } from 'vitest';
import type { Task } from '@/lib/api';
import { dayAhead } from './stage/day';
import { trial } from './stage/trial';

trial('nine o’clock stays nine o’clock when the clocks change, whatever zone the browser is in', async (stage) => {
  // At home in Berlin, on a journey in New York.
  const ada = await stage.newcomer({ timezoneId: 'America/New_York' });
  await ada.ask('PATCH', '/profile', { time_zone: 'Europe/Berlin' });
  await ada.create({
    title: 'Stand-up',
    due: { kind: 'zoned', local: '2099-03-27T09:00:00', zone: 'Europe/Berlin' },
  });
  await ada.open('/upcoming');
  await ada.isConnected();
  await ada.page.getByRole('button', { name: 'Open “Stand-up”' }).click();
  const sheet = ada.page.getByRole('dialog', { name: 'Task details' });
  await sheet.getByRole('button', { name: 'Repeat' }).click();
  await ada.page.getByRole('radio', { name: 'Does not repeat' }).focus();
  await ada.page.keyboard.press('ArrowDown');
  expect(await ada.page.getByRole('radio', { name: 'Every day' }).isChecked()).toBe(true);
  const dates = ada.page.getByRole('status').filter({ hasText: 'The next dates' });
  await dates.getByText('Fri 27 Mar 2099, 09:00').waitFor();
  expect(await dates.getByRole('listitem').allInnerTexts()).toEqual([
    'Fri 27 Mar 2099, 09:00',
    'Sat 28 Mar 2099, 09:00',
    'Sun 29 Mar 2099, 09:00',
    'Mon 30 Mar 2099, 09:00',
    'Tue 31 Mar 2099, 09:00',
  ]);
  await ada.page.getByRole('button', { name: 'Save', exact: true }).click();
  await sheet.getByRole('button', { name: 'Close' }).click();

  // Ticked off on both sides of the change: another occurrence, at nine on the wall in Berlin.
  const utc: string[] = [];
  for (const day of ['27', '28', '29']) {
    await expect.poll(async () => (await open(ada))?.due).toMatchObject({ local: `2099-03-${day}T09:00:00` });
    utc.push((await open(ada))?.due_at?.slice(11, 16) ?? '');
    await ada.page.getByRole('checkbox', { name: 'Complete “Stand-up”' }).click();
  }
  expect(utc).toEqual(['08:00', '08:00', '07:00']);
});

trial('an occurrence is left out, moved alone, or the series changed from it on', async (stage) => {
  const ada = await stage.newcomer();
  await ada.create({
    title: 'Water the plants',
    due: { kind: 'date', date: '2099-06-01' },
    recurrence: { rule: 'weekly' },
  });
  await ada.open('/upcoming');
  await ada.isConnected();
  await ada.page.getByRole('button', { name: 'Open “Water the plants”' }).click();
  const sheet = ada.page.getByRole('dialog', { name: 'Task details' });
  const repeat = sheet.getByRole('button', { name: 'Repeat' });

  await repeat.click();
  await ada.page.getByText('Mon 8 Jun 2099').waitFor();
  await ada.page.getByRole('button', { name: 'Skip this one' }).click();
  await expect.poll(async () => (await open(ada))?.due).toEqual({ kind: 'date', date: '2099-06-08' });

  await repeat.click();
  await ada.page.getByRole('button', { name: 'Move only this one' }).click();
  await ada.page.getByRole('button', { name: /^Wednesday,? 10 June 2099$/ }).click();
  await expect
    .poll(() => open(ada))
    .toMatchObject({ due: { date: '2099-06-10' }, recurrence: { occurrence: '2099-06-08' } });

  await repeat.click();
  await ada.page.getByRole('radio', { name: 'Does not repeat' }).click();
  await ada.page.getByRole('button', { name: 'Save' }).click();
  await expect.poll(async () => (await open(ada))?.recurrence ?? null).toBeNull();
  await ada.page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(async () => (await open(ada))?.recurrence).toMatchObject({ occurrence: '2099-06-08' });
});

trial('a task without a date that is to repeat begins today, and one undo takes back both', async (stage) => {
  const ada = await stage.newcomer();
  const { id } = await ada.create({ title: 'Water the plants' });
  await ada.open('/inbox');
  await ada.isConnected();
  await ada.page.getByRole('button', { name: 'Open “Water the plants”' }).click();
  const sheet = ada.page.getByRole('dialog', { name: 'Task details' });
  await sheet.getByRole('button', { name: 'Repeat' }).click();
  await ada.page.getByText('it starts today').waitFor();
  await ada.page.getByRole('radio', { name: 'Every day' }).click();
  await ada.page.getByRole('button', { name: 'Save', exact: true }).click();
  const today = dayAhead(0);
  await expect
    .poll(() => open(ada))
    .toMatchObject({ due: { kind: 'date', date: today }, recurrence: { rule: 'FREQ=DAILY', start: today } });
  await ada.page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(async () => [(await open(ada))?.due ?? null, (await open(ada))?.recurrence ?? null]).toEqual([null, null]);
  await sheet.getByRole('button', { name: 'Close' }).click();

  // Who cannot be told what a rule means by the server is told what it says.
  await ada.ask('PATCH', `/tasks/${id}`, { due: { kind: 'date', date: '2099-06-01' } });
  await ada.ask('POST', `/tasks/${id}/recurrence`, { rule: 'FREQ=WEEKLY;BYDAY=MO,FR' });
  await ada.page.route('**/recurrence/preview', (route) => route.abort());
  await ada.page.getByRole('button', { name: 'Open “Water the plants”' }).click();
  await sheet.getByRole('button', { name: 'Repeat' }).getByText('Every week on Monday, Friday').waitFor();
});

trial('a reminder is set, snoozed, explained and removed', async (stage) => {
  const ada = await stage.newcomer();
  await ada.ask('PATCH', '/profile', { settings: { notifications: { all_day_at: '08:30' } } });
  const { id } = await ada.create({ title: 'Dentist', due: { kind: 'floating', local: '2099-06-01T15:00:00' } });
  await ada.open('/upcoming');
  await ada.isConnected();
  await ada.page.getByRole('button', { name: 'Open “Dentist”' }).click();
  const sheet = ada.page.getByRole('dialog', { name: 'Task details' });
  await sheet.getByRole('button', { name: 'Reminders' }).click();
  const picker = ada.page.getByRole('dialog', { name: 'Reminders' });
  await picker.getByRole('button', { name: '30 minutes before' }).click();
  await expect.poll(() => open(ada)).toMatchObject({ reminders: [{ when: { kind: 'before', minutes: 30 } }] });
  await picker.getByRole('button', { name: 'Why? 30 minutes before' }).click();
  await picker.getByText('It hasn’t been sent yet.').waitFor();
  await picker.getByRole('button', { name: 'Snooze: 30 minutes before' }).click();
  await picker.getByRole('button', { name: 'For 1 hour' }).click();
  await picker.getByText('Snoozed until').waitFor();
  await picker.getByRole('button', { name: 'Remove the reminder 30 minutes before' }).click();
  await expect.poll(() => open(ada)).toMatchObject({ reminders: [] });

  // A day has no moment of its own: the hour is that of the settings, and it is said.
  await ada.ask('PATCH', `/tasks/${id}`, { due: { kind: 'date', date: '2099-06-01' } });
  await picker.getByRole('button', { name: 'On the day, 08:30' }).waitFor();
  await picker.getByRole('button', { name: 'The day before, 08:30' }).click();
  await expect.poll(() => open(ada)).toMatchObject({ reminders: [{ when: { kind: 'before', minutes: 24 * 60 } }] });
  await sheet.getByText('The day before, 08:30').waitFor();
});

/** The one task that is open. */
async function open(ada: { ask: <T>(method: 'GET', path: string) => Promise<T> }): Promise<Task | undefined> {
  return (await ada.ask<{ items: Task[] }>('GET', '/tasks?status=open')).items[0];
}
