import type { Locator } from 'playwright-core';
import { expect } from 'vitest';
import type { Task } from '@/lib/api';
import { dayAhead } from './stage/day';
import type { Person } from './stage/person';
import { trial } from './stage/trial';

/** Where an element is, once it no longer moves. The mouse goes there, too. */
async function stands(element: Locator) {
  await element.hover({ trial: true });
  const box = await element.boundingBox();
  if (!box) throw new Error('What stood there a moment ago is gone');
  return box;
}

/** Takes a row by its handle, and puts it down in the middle of a place. */
async function drag(ada: Person, title: string, place: string, element: Locator) {
  const to = await stands(element);
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
  await ada.create({ title: 'Call mum', priority: 'high' });
  await ada.open('/dashboard');
  await ada.row('Call mum').getByTitle('Priority: High').waitFor();
  const sections = () =>
    ada.page.locator('main h2 button').evaluateAll((all) => all.map((each) => each.getAttribute('aria-label')));
  await expect.poll(sections).toEqual(['No date']);
  await ada.page.getByRole('group', { name: 'Sections' }).getByRole('button', { name: 'Project' }).click();
  await expect.poll(sections).toEqual(['Inbox', 'Garden']);
  expect(await ada.titles()).toEqual(['Call mum', 'Rake the leaves']);
  // The address says so, to whomever it is sent.
  await ada.page.reload();
  await expect.poll(sections).toEqual(['Inbox', 'Garden']);
});

trial('a list shows what is done, in the order that is wanted, and the address says so', async (stage) => {
  const ada = await stage.newcomer();
  await ada.create({ title: 'One', priority: 'low' });
  await ada.create({ title: 'Two', priority: 'urgent' });
  const { id } = await ada.create({ title: 'Three' });
  await ada.ask('PATCH', `/tasks/${id}/complete`, { completed: true });
  await ada.open('/inbox');
  await ada.isConnected();
  await ada.hasTools('Two');
  const view = ada.page.getByRole('button', { name: 'View', exact: true });
  await view.click();
  await ada.page.getByRole('menuitemcheckbox', { name: 'Show completed' }).click();
  await expect.poll(() => ada.titles()).toEqual(['One', 'Two', 'Three']);
  await ada.page.getByRole('heading', { name: 'Completed' }).waitFor();
  // By the keyboard alone, from the button that has the focus again.
  await ada.page.getByRole('menu').waitFor({ state: 'detached' });
  await expect.poll(() => view.evaluate((element) => element === document.activeElement)).toBe(true);
  await ada.page.keyboard.press('Enter');
  await ada.page.getByRole('menuitemradio', { name: 'Priority' }).press('Enter');
  await expect.poll(() => ada.titles()).toEqual(['Two', 'One', 'Three']);
  await ada.page.waitForURL('**/inbox?done=1&sort=priority');
  await ada.page.reload();
  await expect.poll(() => ada.titles()).toEqual(['Two', 'One', 'Three']);
  await ada.page.getByRole('checkbox', { name: 'Reopen “Three”' }).click();
  await ada.page.getByRole('heading', { name: 'Completed' }).waitFor({ state: 'detached' });
  await expect.poll(() => ada.ask('GET', `/tasks/${id}`)).toMatchObject({ completed: false });
  const completed = ada.page.locator('aside').getByRole('link', { name: 'Completed' });
  await completed.click();
  await ada.page.waitForURL('**/search?status=completed&sort=updated_at');
  await expect.poll(() => completed.getAttribute('aria-current')).toBe('page');
});

trial('the keyboard moves a task, too', async (stage) => {
  const ada = await stage.newcomer();
  await threeTasks(ada);
  await ada.page.getByRole('button', { name: 'Open “Three”' }).focus();
  await ada.page.keyboard.press('Alt+ArrowUp');
  await expect.poll(() => ada.titles()).toEqual(['One', 'Three', 'Two']);
  await ada.page.getByRole('button', { name: 'Move “Three”' }).focus();
  await ada.page.keyboard.press('Space');
  // An arrow before that would have nothing to go on from.
  await ada.hears('Over Three.');
  await ada.page.keyboard.press('ArrowUp');
  await ada.hears('Over One.');
  await ada.page.keyboard.press('Space');
  await expect.poll(() => saved(ada)).toEqual(['Three', 'One', 'Two']);
});

trial('the menu of a task does without a mouse what a drag does, and more, and each undo takes it back', async (stage) => {
  const ada = await stage.newcomer();
  await ada.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await threeTasks(ada);
  const [one, two, three] = (await ada.ask<{ items: Task[] }>('GET', '/tasks?sort=position')).items.map(({ id }) => id);
  const { keyboard } = ada.page;
  const menuOf = (title: string) => ada.page.getByRole('button', { name: `Actions for “${title}”` });
  const choose = async (title: string, item: string) => {
    await menuOf(title).focus();
    await keyboard.press('Enter');
    await ada.page.getByRole('menuitem', { name: item }).press('Enter');
    await ada.page.getByRole('menu').waitFor({ state: 'detached' });
  };
  const undo = async (what: string) => {
    await ada.page.getByText(what, { exact: true }).waitFor();
    await ada.page.getByRole('button', { name: 'Undo' }).click();
  };
  const wholeOf = async (id: string | undefined) => (await ada.ask<Task>('GET', `/tasks/${id}`)).parent_id ?? null;

  await choose('One', 'Move down');
  await expect.poll(() => ada.titles()).toEqual(['Two', 'One', 'Three']);
  await expect.poll(() => menuOf('One').evaluate((element) => element === document.activeElement)).toBe(true);
  await choose('Three', 'Move up');
  await expect.poll(() => saved(ada)).toEqual(['Two', 'Three', 'One']);

  await choose('Two', 'Duplicate');
  await expect.poll(() => ada.titles()).toEqual(['Two', 'Two', 'Three', 'One']);
  await undo('Task duplicated');
  await expect.poll(() => ada.titles()).toEqual(['Two', 'Three', 'One']);

  await choose('Two', 'Copy link');
  await ada.page.getByText('Link copied').waitFor();
  expect(await ada.page.evaluate(() => navigator.clipboard.readText())).toMatch(new RegExp(`^http.*/tasks/${two}$`));

  await choose('One', 'Make a subtask of…');
  const wholes = ada.page.getByRole('dialog', { name: 'Make a subtask of' });
  await wholes.getByRole('combobox').fill('Thr');
  await expect.poll(() => wholes.getByRole('option').allInnerTexts()).toEqual(['Three']);
  await wholes.getByRole('combobox').press('Enter');
  await ada.seesNo('One');
  await expect.poll(() => wholeOf(one)).toBe(three);
  await ada.row('Three').getByRole('button', { name: 'Open' }).click();
  const sheet = ada.page.getByRole('dialog', { name: 'Task details' });
  await sheet.getByRole('button', { name: 'One', exact: true }).click();
  await choose('One', 'Move out of “Three”');
  await expect.poll(() => wholeOf(one)).toBeNull();
  await choose('One', 'Delete');
  // Back to where it was opened from.
  await menuOf('Three').waitFor();
  await keyboard.press('Escape');
  await sheet.waitFor({ state: 'detached' });
  await expect.poll(() => ada.titles()).toEqual(['Two', 'Three']);
  await undo('Task deleted');
  await expect.poll(() => ada.titles()).toEqual(['Two', 'Three', 'One']);

  await choose('Two', 'History');
  await ada.page.waitForURL(`**/history/${two}`);
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
  // What is said of it stands above the bar, and not on it.
  const toast = ada.page.locator('[data-sonner-toast]');
  await toast.waitFor();
  await expect
    .poll(async () => {
      const [said, tools] = await Promise.all([toast.boundingBox(), bar.boundingBox()]);
      return said !== null && tools !== null && said.y + said.height <= tools.y;
    })
    .toBe(true);
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

trial('several tasks that are chosen are carried together', async (stage) => {
  const ada = await stage.newcomer();
  await threeTasks(ada);
  for (const title of ['One', 'Two']) {
    await ada.page.getByRole('button', { name: `Open “${title}”` }).click({ modifiers: ['ControlOrMeta'] });
  }
  await drag(ada, 'Two', 'Three', ada.row('Three'));
  await expect.poll(() => saved(ada)).toEqual(['Three', 'One', 'Two']);
  await ada.page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => ada.titles()).toEqual(['One', 'Two', 'Three']);
});

trial('tasks that are due at different times keep them when they are moved together', async (stage) => {
  const ada = await stage.newcomer();
  const early = { kind: 'floating', local: '2099-06-01T09:00:00' } as const;
  const late = { kind: 'zoned', local: '2099-06-02T15:00:00', zone: 'Asia/Tokyo' } as const;
  const tasks = [await ada.create({ title: 'Early', due: early }), await ada.create({ title: 'Late', due: late })];
  const dues = () => Promise.all(tasks.map(async ({ id }) => (await ada.ask<Task>('GET', `/tasks/${id}`)).due));
  await ada.create({ title: 'Fair', due: { kind: 'date', date: '2099-06-05' } });
  await ada.open('/upcoming');
  await ada.isConnected();
  await ada.hasTools('Fair');
  for (const title of ['Early', 'Late']) {
    await ada.page.getByRole('button', { name: `Open “${title}”` }).click({ modifiers: ['ControlOrMeta'] });
  }
  await ada.page.getByRole('toolbar', { name: 'Selected tasks' }).getByRole('button', { name: 'Due date' }).click();
  await ada.page.getByRole('dialog', { name: 'Due date' }).getByRole('button', { name: 'Tomorrow' }).click();
  const tomorrow = dayAhead(1);
  // Three in the afternoon in Tokyo is the same day in Berlin.
  await expect.poll(dues).toEqual([{ ...early, local: `${tomorrow}T09:00:00` }, { ...late, local: `${tomorrow}T15:00:00` }]);
  await ada.page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(dues).toEqual([early, late]);
  for (const day of ['1 June', '2 June']) await ada.page.getByRole('heading', { name: day }).waitFor();

  await drag(ada, 'Late', 'Fair', ada.row('Fair'));
  await expect.poll(dues).toEqual([{ ...early, local: '2099-06-05T09:00:00' }, { ...late, local: '2099-06-05T15:00:00' }]);
});

trial('what is overdue gets another day in one go, and one undo takes that back', async (stage) => {
  const ada = await stage.newcomer();
  const [early, late] = [{ kind: 'floating', local: '2020-01-01T09:00:00' }, { kind: 'date', date: '2020-01-02' }] as const;
  const tasks = [await ada.create({ title: 'Early', due: early }), await ada.create({ title: 'Late', due: late })];
  const dues = () => Promise.all(tasks.map(async ({ id }) => (await ada.ask<Task>('GET', `/tasks/${id}`)).due));
  await ada.open('/today');
  await ada.isConnected();
  await ada.page.getByRole('button', { name: 'Reschedule' }).click();
  await ada.page.getByRole('dialog', { name: 'Due date' }).getByRole('button', { name: 'Today' }).click();
  const today = dayAhead(0);
  await expect.poll(dues).toEqual([{ kind: 'floating', local: `${today}T09:00:00` }, { kind: 'date', date: today }]);
  await ada.page.getByRole('button', { name: 'Reschedule' }).waitFor({ state: 'detached' });
  await ada.page.getByText('2 tasks changed').waitFor();
  await ada.page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(dues).toEqual([early, late]);
  for (const { title } of tasks) await ada.row(title).getByTitle('Overdue').waitFor();

  // One of them alone is put under the heading of today, where there is nothing by now.
  const heading = ada.page.getByRole('heading', { name: 'Today', exact: true });
  await drag(ada, 'Early', 'Today', ada.page.getByRole('listitem').filter({ has: heading }));
  await expect.poll(dues).toEqual([{ kind: 'floating', local: `${today}T09:00:00` }, late]);
});

trial('the days ahead are there without tasks, and take some in', async (stage) => {
  const ada = await stage.newcomer();
  const { id } = await ada.create({ title: 'Call mum', due: { kind: 'floating', local: '2099-06-01T09:00:00' } });
  await ada.open('/upcoming');
  await ada.isConnected();
  await ada.hasTools('Call mum');
  const heading = ada.page.getByRole('heading', { name: /^Tomorrow · / });
  const title = await heading.innerText();
  await drag(ada, 'Call mum', title, ada.page.getByRole('listitem').filter({ has: heading }));
  await expect.poll(() => ada.ask('GET', `/tasks/${id}`)).toMatchObject({ due: { local: `${dayAhead(1)}T09:00:00` } });
  await ada.page.getByRole('button', { name: title, exact: true }).waitFor();

  const add = ada.page.getByRole('button', { name: /^Add a task on / });
  expect(await add.count()).toBe(7);
  await add.nth(2).click();
  const field = ada.page.getByRole('dialog', { name: /^Add a task on / }).getByRole('textbox', { name: 'New task' });
  await field.fill('Water the plants');
  await field.press('Enter');
  await ada.sees('Water the plants');
  expect(await ada.titles()).toEqual(['Call mum', 'Water the plants']);
  await expect
    .poll(async () => (await ada.ask<{ items: Task[] }>('GET', '/tasks')).items.find(({ title }) => title === 'Water the plants'))
    .toMatchObject({ due: { kind: 'date', date: dayAhead(2) } });
});
