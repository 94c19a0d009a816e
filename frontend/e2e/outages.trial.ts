import { expect } from 'vitest';
import type { Task } from '@/lib/api';
import { CHATKIT_SCRIPT } from '@/lib/chat/openai';
import { env } from './stage/env';
import { trial } from './stage/trial';

trial('a backend that is killed comes back, and nothing is lost or done twice', async (stage) => {
  const desk = await stage.newcomer();
  const sofa = await stage.elsewhere(desk);
  await desk.add('Before');
  await sofa.sees('Before');

  await stage.stagehand.kill('backend');
  await desk.add('During');
  // Seen at once, then it is told that it could not be saved, and the words are not lost.
  await desk.page.getByRole('alert').getByText('The service is busy or restarting').waitFor();
  const field = desk.page.getByRole('textbox', { name: 'New task' });
  expect(await field.inputValue()).toBe('During');
  await stage.stagehand.start('backend');
  await field.press('Enter');
  await sofa.sees('During');
  const { items } = await desk.ask<{ items: Task[] }>('GET', '/tasks');
  expect(items.map(({ title }) => title).sort()).toEqual(['Before', 'During']);
});

trial('a line whose answer was lost is one task, however often it is sent', async (stage) => {
  // What a worker passes on could not be held up here.
  const ada = await stage.newcomer({ serviceWorkers: 'block' });
  await ada.isConnected();
  const tasks = `${env.app}/api/backend/tasks`;
  await ada.page.route(tasks, async (route) => {
    await route.fetch();
    await route.abort();
  });
  await ada.add('Buy milk in 2 hours');
  await ada.page.getByRole('alert').getByText('The server can’t be reached').waitFor();
  await ada.page.unroute(tasks);
  const field = ada.page.getByRole('textbox', { name: 'New task' });
  expect(await field.inputValue()).toBe('Buy milk in 2 hours');
  const answered = ada.page.waitForResponse(tasks);
  await field.press('Enter');
  expect((await answered).ok()).toBe(true);
  const { items } = await ada.ask<{ items: Task[] }>('GET', '/tasks');
  expect(items.map(({ title }) => title)).toEqual(['Buy milk']);
});

trial('a backend that is back soon enough makes no difference', async (stage) => {
  const ada = await stage.newcomer();
  await ada.isConnected();
  await stage.stagehand.kill('backend');
  await Promise.all([ada.add('Meanwhile'), stage.stagehand.start('backend')]);
  await expect.poll(() => ada.ask('GET', '/tasks')).toMatchObject({ items: [{ title: 'Meanwhile' }] });
});

trial('while the backend is down, changes that cannot be made are taken back and counted, and can be tried again together', async (stage) => {
  const ada = await stage.newcomer();
  const titles = ['One', 'Two', 'Three'];
  for (const title of titles) await ada.create({ title });
  await ada.open('/inbox');
  await ada.isConnected();
  for (const title of titles) await ada.sees(title);
  await stage.stagehand.kill('backend');
  await ada.page.getByRole('checkbox', { name: 'Complete “One”' }).click();
  await ada.page.getByText('The service is busy or restarting').waitFor();
  for (const title of ['Two', 'Three']) await ada.page.getByRole('checkbox', { name: `Complete “${title}”` }).click();
  await ada.page.getByText('3 changes were not saved').waitFor();
  for (const title of titles) await ada.sees(title);
  await expect.poll(() => ada.page.getByRole('checkbox', { checked: true }).count()).toBe(0);
  await stage.stagehand.start('backend');
  await ada.page.getByRole('button', { name: 'Try all again' }).click();
  await ada.page.getByText('Task completed').waitFor();
  for (const title of titles) await ada.seesNo(title);
});

trial('a page that is opened while the backend is down says so, and shows everything once it is back', async (stage) => {
  const ada = await stage.newcomer();
  await ada.create({ title: 'Still there' });
  await stage.stagehand.kill('backend');
  await ada.open('/dashboard');
  await ada.page.getByText('This couldn’t be loaded').waitFor();
  await stage.stagehand.start('backend');
  await ada.sees('Still there');
});

trial('while the broker is down everything can be written, and arrives when it is back', async (stage) => {
  const desk = await stage.newcomer();
  const sofa = await stage.elsewhere(desk);
  await Promise.all([desk.isConnected(), sofa.isConnected()]);
  await stage.stagehand.kill('kafka');
  await desk.add('Without a broker');
  await desk.sees('Without a broker');
  await desk.page.getByText('Task added').waitFor();
  await stage.stagehand.start('kafka');
  await sofa.sees('Without a broker');
});

trial('a realtime service that is killed is found again', async (stage) => {
  const desk = await stage.newcomer();
  await desk.isConnected();
  await stage.stagehand.kill('realtime');
  await desk.isDisconnected();
  await desk.create({ title: 'Unheard' });
  await stage.stagehand.start('realtime');
  await desk.isConnected();
  await desk.sees('Unheard');
});

trial('an assistant that is killed goes on where it was, and has done everything once', async (stage) => {
  const ada = await stage.newcomer();
  await ada.isConnected();
  const panel = await ada.openAssistant();
  await stage.stagehand.kill('agent');
  await ada.tellAssistant('add Buy milk');
  await panel.getByRole('alert').getByText('The service is busy or restarting').waitFor();
  await stage.stagehand.start('agent');
  await panel.getByRole('button', { name: 'Try again' }).click();
  await panel.getByRole('button', { name: 'Undo' }).waitFor();
  await panel.getByRole('alert').waitFor({ state: 'detached' });
  await expect.poll(() => ada.ask('GET', '/tasks')).toMatchObject({ items: [{ title: 'Buy milk' }] });
});

trial('where OpenAI’s chat panel cannot be had, ours takes its place', async (stage) => {
  const ada = await stage.newcomer({ serviceWorkers: 'block' });
  // Whatever the page was still loading would fail.
  await ada.open('about:blank');
  await stage.stagehand.set('frontend', 'NEXT_PUBLIC_CHATKIT_DOMAIN_KEY', 'domain_pk_of_nobody');
  await ada.open('/today');
  await ada.isConnected();
  const panel = await ada.openAssistant();
  await ada.tellAssistant('add Buy milk');
  await panel.getByRole('button', { name: 'Undo' }).waitFor();
  await expect.poll(() => ada.ask('GET', '/tasks')).toMatchObject({ items: [{ title: 'Buy milk' }] });

  // Nor does anybody wait for ever for a script that does not come.
  await ada.page.route(CHATKIT_SCRIPT, () => undefined);
  await ada.page.reload();
  await ada.isConnected();
  await ada.openAssistant();
  await ada.page.getByRole('textbox', { name: 'Message to the assistant' }).waitFor();
  // It was asked for both times, and of that host nothing else.
  const asked = `fetched ${CHATKIT_SCRIPT}`;
  expect(stage.complaints.splice(0)).toEqual([asked, asked]);
});

trial('more pages than the server could draw at once are asked for, and all come', async (stage) => {
  const ada = await stage.newcomer();
  await ada.createAll(Array.from({ length: 60 }, (_, index) => ({ title: `Task ${index + 1}` })));
  // The second time, each connection that is idle by now could hold what it answered the first time.
  for (let round = 0; round < 2; round += 1) {
    const asked = Array.from({ length: 200 }, () => ada.context.request.get(`${env.app}/dashboard`, { timeout: 0 }));
    const pages = await Promise.all(asked);
    expect(pages.map((page) => page.status())).toEqual(pages.map(() => 200));
    expect(await pages.at(-1)?.text()).toContain('Task 60');
  }
});
