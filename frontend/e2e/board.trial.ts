import { expect } from 'vitest';
import type { Task } from '@/lib/api';
import type { Person } from './stage/person';
import { trial } from './stage/trial';

/** Carries the one card of a board into a column. */
async function carry(ada: Person, title: string, column: string): Promise<void> {
  await ada.hasTools(title);
  const card = ada.page.locator('[data-task]').filter({ hasText: title });
  const [from, to] = await Promise.all([
    card.boundingBox(),
    ada.page.getByRole('region', { name: new RegExp(`^${column}`) }).boundingBox(),
  ]);
  if (!from || !to) throw new Error('The board is not there');
  await ada.page.mouse.move(from.x + from.width / 2, from.y + from.height - 4);
  await ada.page.mouse.down();
  await ada.page.mouse.move(to.x + to.width / 2, to.y + 80, { steps: 8 });
  await ada.dropOver(`Over ${column}.`);
}

trial('a task is dragged from one column of the board to another', async (stage) => {
  // Wide enough for all columns.
  const ada = await stage.newcomer({ viewport: { width: 1800, height: 900 } });
  const { id } = await ada.create({ title: 'Water the plants', priority: 'low' });
  await ada.open('/board');
  await ada.isConnected();
  await carry(ada, 'Water the plants', 'Urgent');
  await expect.poll(() => ada.ask('GET', `/tasks/${id}`)).toMatchObject({ priority: 'urgent' });
});

trial('a task is completed and reopened by the column it is dragged to', async (stage) => {
  const ada = await stage.newcomer();
  const { id } = await ada.create({ title: 'Water the plants' });
  await ada.open('/board?by=status');
  await ada.isConnected();
  await carry(ada, 'Water the plants', 'Completed');
  await expect.poll(() => ada.ask('GET', `/tasks/${id}`)).toMatchObject({ completed: true });
  // It stands in the other column now, and not on its way there.
  await ada.page.getByRole('region', { name: /^Completed/ }).getByRole('button', { name: 'Open “Water the plants”' }).waitFor();
  await carry(ada, 'Water the plants', 'Open');
  await expect.poll(() => ada.ask('GET', `/tasks/${id}`)).toMatchObject({ completed: false });
});

trial('what is done is seen of the project that is chosen, and after everything was read anew', async (stage) => {
  const ada = await stage.newcomer();
  const done = async (name: string, title: string) => {
    const { id: project_id } = await ada.ask<{ id: string }>('POST', '/projects', { name });
    const { id } = await ada.create({ title, project_id });
    await ada.ask('PATCH', `/tasks/${id}/complete`, { completed: true });
    return project_id;
  };
  const garden = await done('Garden', 'Rake the leaves');
  await done('House', 'Paint the door');
  let reset: () => void = () => {
    throw new Error('There is no socket yet');
  };
  await ada.page.routeWebSocket(/\/ws\//, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) => {
      socket.send(message);
      const { type, data } = JSON.parse(String(message)) as { type: string; data: object };
      if (type === 'ready') reset = () => socket.send(JSON.stringify({ type, data: { ...data, recovered: false } }));
    });
  });
  await ada.open(`/board?by=status&project=${garden}`);
  await ada.isConnected();
  const completed = ada.page.getByRole('region', { name: /^Completed/ });
  await completed.getByRole('button', { name: 'Open “Rake the leaves”' }).waitFor();
  await ada.page.getByRole('combobox', { name: 'Project' }).click();
  await ada.page.getByRole('option', { name: 'House' }).click();
  await completed.getByRole('button', { name: 'Open “Paint the door”' }).waitFor();

  const anew = ada.page.waitForResponse((answer) => answer.url().includes('status=completed'));
  reset();
  await anew;
  await completed.getByRole('button', { name: 'Open “Paint the door”' }).waitFor();
});

trial('a task is dragged to another day of the calendar, and keeps its time', async (stage) => {
  const ada = await stage.newcomer();
  const month = new Date().toISOString().slice(0, 7);
  const { id } = await ada.create({ title: 'Call mum', due: { kind: 'floating', local: `${month}-14T09:00:00` } });
  await ada.open(`/calendar?day=${month}-14`);
  await ada.isConnected();
  const chip = ada.page.locator('[data-task]').filter({ hasText: 'Call mum' });
  const [from, to] = await Promise.all([
    chip.boundingBox(),
    ada.page.getByRole('region', { name: / 16 / }).boundingBox(),
  ]);
  if (!from || !to) throw new Error('The calendar is not there');
  await ada.page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
  await ada.page.mouse.down();
  await ada.page.mouse.move(to.x + to.width / 2, to.y + to.height / 2, { steps: 8 });
  await ada.dropOver(/^Over .* 16 /);
  await expect.poll(() => ada.ask('GET', `/tasks/${id}`)).toMatchObject({ due: { local: `${month}-16T09:00:00` } });
});

trial('the keyboard carries a task from one column of the board to another', async (stage) => {
  const ada = await stage.newcomer({ viewport: { width: 1800, height: 900 } });
  const { id } = await ada.create({ title: 'Water the plants', priority: 'low' });
  await ada.open('/board');
  await ada.isConnected();
  await ada.hasTools('Water the plants');
  const handle = ada.page.getByRole('button', { name: 'Move “Water the plants”' });
  await handle.focus();
  await ada.page.keyboard.press('Space');
  await ada.hears('Over Low.');
  for (const column of ['Medium', 'High']) {
    await ada.page.keyboard.press('ArrowLeft');
    await ada.hears(`Over ${column}.`);
  }
  await ada.page.keyboard.press('Space');
  await expect.poll(() => ada.ask('GET', `/tasks/${id}`)).toMatchObject({ priority: 'high' });
  // In its new place it can be carried on.
  await expect.poll(() => handle.evaluate((element) => element === document.activeElement)).toBe(true);
  await ada.page.keyboard.press('Space');
  await ada.hears('Over High.');
  await ada.page.keyboard.press('ArrowLeft');
  await ada.hears('Over Urgent.');
  await ada.page.keyboard.press('Escape');
  await ada.hears('Left where it was.');
  expect(await ada.ask('GET', `/tasks/${id}`)).toMatchObject({ priority: 'high' });
});

trial('a task is carried to another day of the week, by the mouse and by the keyboard', async (stage) => {
  const ada = await stage.newcomer();
  const { id } = await ada.create({ title: 'Call mum', due: { kind: 'floating', local: '2099-06-02T09:00:00' } });
  await ada.open('/calendar?view=week&day=2099-06-02');
  await ada.isConnected();
  const day = (date: number) => ada.page.getByRole('region', { name: new RegExp(` ${date} June 2099`) });
  const chip = ada.page.getByRole('button', { name: 'Open “Call mum”' });
  const [from, to] = await Promise.all([chip.boundingBox(), day(4).boundingBox()]);
  if (!from || !to) throw new Error('The week is not there');
  await ada.page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
  await ada.page.mouse.down();
  await ada.page.mouse.move(to.x + to.width / 2, to.y + to.height / 2, { steps: 8 });
  await ada.dropOver(/^Over .* 4 June 2099\.$/);
  await expect.poll(() => ada.ask('GET', `/tasks/${id}`)).toMatchObject({ due: { local: '2099-06-04T09:00:00' } });

  await day(4).getByRole('button', { name: 'Open “Call mum”' }).focus();
  await ada.page.keyboard.press('Space');
  await ada.hears(/^Over .* 4 June 2099\.$/);
  await ada.page.keyboard.press('ArrowRight');
  await ada.hears(/^Over .* 5 June 2099\.$/);
  await ada.page.keyboard.press('Space');
  await expect.poll(() => ada.ask('GET', `/tasks/${id}`)).toMatchObject({ due: { local: '2099-06-05T09:00:00' } });
  await day(5).getByText('09:00').waitFor();
});

trial('a calendar shows what all series bring, and asks only about the one that has changed', async (stage) => {
  const ada = await stage.newcomer();
  const due = { kind: 'date', date: '2099-06-01' } as const;
  await ada.createAll(Array.from({ length: 45 }, (_, index) => ({ title: `Row ${index + 1}`, due, recurrence: { rule: 'weekly' } })));
  await ada.open('/calendar?view=week&day=2099-06-08');
  await ada.isConnected();
  const day = ada.page.getByRole('region', { name: /8 June 2099, 45 tasks$/ });
  await day.waitFor();
  const { items } = await ada.ask<{ items: Task[] }>('GET', '/tasks?q=45');
  let asked = 0;
  ada.page.on('request', (request) => (asked += request.url().includes('/occurrences') ? 1 : 0));
  await ada.ask('PATCH', `/tasks/${items[0]?.id}`, { title: 'Renamed' });
  await day.getByRole('button', { name: 'Renamed, planned' }).waitFor();
  await expect.poll(() => asked).toBe(1);
});
