import { expect } from 'vitest';
import type { Task } from '@/lib/api';
import type { Person } from './stage/person';
import { trial } from './stage/trial';

/** More than a screen holds. */
async function eightyRows(ada: Person): Promise<void> {
  await ada.createAll(Array.from({ length: 80 }, (_, index) => ({ title: `Row ${index + 1}` })));
  await ada.open('/inbox');
  await ada.isConnected();
  await ada.hasTools('Row 2');
}

trial('a view whose tasks do not come with the page is not called empty meanwhile, and gets them in the end', async (stage) => {
  // What a worker passes on could not be held up here.
  const ada = await stage.newcomer({ serviceWorkers: 'block' });
  const { id: project_id } = await ada.ask<{ id: string }>('POST', '/projects', { name: 'Garden' });
  const due = { kind: 'date', date: '2099-06-01' } as const;
  await ada.createAll(Array.from({ length: 61 }, (_, index) => ({ title: `Row ${index + 1}`, project_id, due })));
  await ada.create({ title: 'Some day' });

  let answer: 'not yet' | 'no' | 'yes' = 'not yet';
  await ada.page.route(/\/api\/backend\/tasks\?.*cursor=/, async (route) => {
    await expect.poll(() => answer).not.toBe('not yet');
    if (answer === 'yes') await route.continue();
    else await route.fulfill({ status: 500, contentType: 'application/problem+json', body: '{}' });
  });
  await ada.open('/inbox');
  await ada.isConnected();
  await ada.page.locator('main .animate-pulse').first().waitFor();
  const empty = ada.page.getByRole('heading', { name: 'The inbox is empty' });
  expect(await empty.count()).toBe(0);

  answer = 'no';
  await ada.page.locator('main').getByRole('button', { name: 'Try again' }).waitFor();
  expect(await empty.count()).toBe(0);
  answer = 'yes';
  await ada.sees('Some day');
  await ada.page.locator('aside').getByRole('link', { name: /^Garden ?61 open tasks$/ }).waitFor();
});

trial('a title that is being typed is not lost when the list is scrolled far away from it', async (stage) => {
  const ada = await stage.newcomer();
  await eightyRows(ada);
  const field = await ada.retitle('Row 2', 'Row two');
  const list = ada.page.locator('main [data-scroller]');
  await list.hover();
  await ada.page.mouse.wheel(0, 10_000);
  await ada.sees('Row 80');
  await ada.seesNo('Row 1');
  expect(await field.evaluate((element) => element === document.activeElement)).toBe(true);
  await ada.page.keyboard.type('!');
  await ada.page.keyboard.press('Enter');
  await expect.poll(async () => (await ada.ask<{ items: Task[] }>('GET', '/tasks?sort=position&limit=2')).items).toMatchObject([
    { title: 'Row 1' },
    { title: 'Row two!' },
  ]);
});

trial('the first of many is dragged to the end, far down the list', async (stage) => {
  const ada = await stage.newcomer();
  await eightyRows(ada);
  await ada.row('Row 1').hover();
  await ada.page.getByRole('button', { name: 'Move “Row 1”', exact: true }).hover();
  await ada.page.mouse.down();
  // At the lower edge the list scrolls by itself.
  await ada.page.mouse.move(640, 400, { steps: 4 });
  await ada.page.mouse.move(640, 790, { steps: 4 });
  const isAtEnd = () =>
    ada.page.locator('main [data-scroller]').evaluate((list) => list.scrollTop + list.clientHeight >= list.scrollHeight - 1);
  await expect.poll(isAtEnd).toBe(true);
  await ada.seesNo('Row 2');
  const end = await ada.row('Row 80').boundingBox();
  if (!end) throw new Error('There is no end to put it at');
  await ada.page.mouse.move(640, end.y + end.height / 2, { steps: 4 });
  await ada.dropOver('Over Row 80.');
  const last = async () => (await ada.ask<{ items: Task[] }>('GET', '/tasks?sort=position&order=desc&limit=1')).items;
  await expect.poll(last).toMatchObject([{ title: 'Row 1' }]);
});
