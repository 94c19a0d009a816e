import type { Locator } from 'playwright-core';
import { expect } from 'vitest';
import type { Task } from '@/lib/api';
import type { Person } from './stage/person';
import { trial } from './stage/trial';

/** Takes a row by its handle, and puts it down in the middle of a place. */
async function drag(ada: Person, title: string, place: string, element: Locator) {
  const to = await element.boundingBox();
  if (!to) throw new Error('There is no place to put it');
  await ada.row(title).hover();
  await ada.page.getByRole('button', { name: `Move “${title}”` }).hover();
  await ada.page.mouse.down();
  await ada.page.mouse.move(to.x + to.width / 2, to.y + to.height / 2 - 4, { steps: 6 });
  await ada.page.mouse.move(to.x + to.width / 2, to.y + to.height / 2, { steps: 2 });
  await ada.dropOver(`Over ${place}.`);
}

async function threeTasks(ada: Person): Promise<void> {
  for (const title of ['One', 'Two', 'Three']) await ada.create({ title });
  await ada.open('/inbox');
  await ada.isConnected();
  await ada.sees('Three');
  await ada.hasTools('Three');
}

const saved = async (ada: Person) =>
  (await ada.ask<{ items: Task[] }>('GET', '/tasks?sort=position')).items.map(({ title }) => title);

trial('a task is dragged to another place, and one undo brings it back', async (stage) => {
  const ada = await stage.newcomer();
  await threeTasks(ada);
  await drag(ada, 'Three', 'One', ada.row('One'));
  await expect.poll(() => ada.titles()).toEqual(['Three', 'One', 'Two']);
  await expect.poll(() => saved(ada)).toEqual(['Three', 'One', 'Two']);
  await ada.page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => ada.titles()).toEqual(['One', 'Two', 'Three']);
});

trial('the first of many is dragged to the end, far from where its row is drawn', async (stage) => {
  const ada = await stage.newcomer();
  await ada.createAll(Array.from({ length: 80 }, (_, index) => ({ title: `Row ${index + 1}` })));
  await ada.open('/inbox');
  await ada.isConnected();
  await ada.hasTools('Row 2');
  await ada.row('Row 1').hover();
  await ada.page.getByRole('button', { name: 'Move “Row 1”', exact: true }).hover();
  await ada.page.mouse.down();
  // At the lower edge the list scrolls by itself.
  await ada.page.mouse.move(640, 400, { steps: 4 });
  await ada.page.mouse.move(640, 790, { steps: 4 });
  const isAtEnd = () =>
    ada.page.locator('main [data-scroller]').evaluate((list) => list.scrollTop + list.clientHeight >= list.scrollHeight - 1);
  await expect.poll(isAtEnd).toBe(true);
  await ada.seesNo('Row 1');
  const end = await ada.row('Row 80').boundingBox();
  if (!end) throw new Error('There is no end to put it at');
  await ada.page.mouse.move(640, end.y + end.height / 2, { steps: 4 });
  await ada.dropOver('Over Row 80.');
  const last = async () => (await ada.ask<{ items: Task[] }>('GET', '/tasks?sort=position&order=desc&limit=1')).items;
  await expect.poll(last).toMatchObject([{ title: 'Row 1' }]);
});

trial('a task is dragged into a project', async (stage) => {
  const ada = await stage.newcomer();
  const { id } = await ada.ask<{ id: string }>('POST', '/projects', { name: 'Garden' });
  await threeTasks(ada);
  await drag(ada, 'Two', 'Garden', ada.page.locator('aside').getByRole('link', { name: 'Garden' }));
  await ada.seesNo('Two');
  await expect
    .poll(() => ada.ask('GET', `/tasks?project_id=${id}`))
    .toMatchObject({ items: [{ title: 'Two' }] });
});

trial('all tasks are seen by when they are due, or by their projects', async (stage) => {
  const ada = await stage.newcomer();
  const { id } = await ada.ask<{ id: string }>('POST', '/projects', { name: 'Garden' });
  await ada.create({ title: 'Rake the leaves', project_id: id });
  await ada.create({ title: 'Call mum' });
  await ada.open('/dashboard');
  const sections = () =>
    ada.page.locator('main h2 button').evaluateAll((all) => all.map((each) => each.getAttribute('aria-label')));
  await expect.poll(sections).toEqual(['Collapse No date']);
  await ada.page.getByRole('group', { name: 'Sections' }).getByRole('button', { name: 'Project' }).click();
  await expect.poll(sections).toEqual(['Collapse Inbox', 'Collapse Garden']);
  expect(await ada.titles()).toEqual(['Call mum', 'Rake the leaves']);
  // The address says so, to whomever it is sent.
  await ada.page.reload();
  await expect.poll(sections).toEqual(['Collapse Inbox', 'Collapse Garden']);
});

trial('the keyboard moves a task, too', async (stage) => {
  const ada = await stage.newcomer();
  await threeTasks(ada);
  await ada.page.getByRole('button', { name: 'Open “Three”' }).focus();
  await ada.page.keyboard.press('Alt+ArrowUp');
  await expect.poll(() => ada.titles()).toEqual(['One', 'Three', 'Two']);
  await ada.page.getByRole('button', { name: 'Move “Three”' }).focus();
  await ada.page.keyboard.press('Space');
  // Lifted, it is over itself at once.
  await ada.hears(/^(Lifted|Over) Three\.$/);
  await ada.page.keyboard.press('ArrowUp');
  await ada.hears('Over One.');
  await ada.page.keyboard.press('Space');
  await expect.poll(() => saved(ada)).toEqual(['Three', 'One', 'Two']);
});

trial('several tasks are chosen and changed together, and one undo takes all of it back', async (stage) => {
  const ada = await stage.newcomer();
  await threeTasks(ada);
  await ada.page.getByRole('button', { name: 'Open “One”' }).click({ modifiers: ['ControlOrMeta'] });
  await ada.page.getByRole('button', { name: 'Open “Three”' }).click({ modifiers: ['Shift'] });
  const bar = ada.page.getByRole('toolbar', { name: 'Selected tasks' });
  await bar.getByText('3 tasks selected').waitFor();
  await bar.getByRole('button', { name: 'Priority' }).click();
  await ada.page.getByRole('option', { name: 'High' }).click();
  await expect
    .poll(async () => (await ada.ask<{ items: Task[] }>('GET', '/tasks')).items.map(({ priority }) => priority))
    .toEqual(['high', 'high', 'high']);
  await bar.getByRole('button', { name: 'Complete' }).click();
  await ada.page.getByText('3 tasks completed').waitFor();
  await ada.seesNo('One');
  await ada.page.getByRole('button', { name: 'Undo' }).click();
  await ada.sees('One');
  await expect.poll(() => saved(ada)).toEqual(['One', 'Two', 'Three']);
});
