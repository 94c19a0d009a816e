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
