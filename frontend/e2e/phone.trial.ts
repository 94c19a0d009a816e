import { mkdirSync } from 'node:fs';
import { expect } from 'vitest';
import { env } from './stage/env';
import { PHONE, trial } from './stage/trial';
import { obstacles, views } from './stage/views';

trial('on a phone nothing is wider than the screen, and everything is within reach', async (stage) => {
  const ada = await stage.newcomer(PHONE);
  await ada.isConnected();
  await ada.create({
    title: 'A title that is far too long for the screen of any telephone that people carry about with them',
    tags: ['home', 'garden', 'autumn', 'long-tag-with-a-long-name'],
    priority: 'high',
    due: { kind: 'date', date: '2099-01-01' },
  });
  const bar = ada.page.getByRole('navigation', { name: 'Main' }).last();
  for (const [tab, path] of [['Today', '/today'], ['Upcoming', '/upcoming'], ['Inbox', '/inbox']] as const) {
    await bar.getByRole('link', { name: tab }).tap();
    await ada.page.waitForURL(`**${path}`);
    expect(await overflow()).toBe(0);
  }
  await bar.getByRole('button', { name: 'New task' }).tap();
  await isTyping();
  await ada.page.keyboard.type('From a phone');
  await ada.page.keyboard.press('Enter');
  await ada.sees('From a phone');
  await ada.row('From a phone').getByRole('button', { name: 'Open' }).tap();
  await ada.page.getByRole('dialog', { name: 'Task details' }).waitFor();
  expect(await overflow()).toBe(0);
  await ada.page.getByRole('button', { name: 'Close' }).tap();
  await bar.getByRole('button', { name: 'Menu' }).tap();
  await ada.page.getByRole('dialog', { name: 'Menu' }).getByRole('link', { name: 'All tasks' }).tap();
  await ada.page.waitForURL('**/dashboard');

  // A page without a field for new tasks leads to one that has it.
  await ada.open('/calendar');
  await expect
    .poll(async () => {
      await bar.getByRole('button', { name: 'New task' }).tap();
      return new URL(ada.page.url()).pathname;
    })
    .toBe('/inbox');
  await isTyping();
  await ada.page.keyboard.type('From the calendar');
  await ada.page.keyboard.press('Enter');
  await ada.sees('From the calendar');

  /** Waits until what is typed becomes a task. */
  async function isTyping(): Promise<void> {
    const field = ada.page.getByRole('textbox', { name: 'New task' });
    await expect.poll(() => field.evaluate((element) => element === document.activeElement)).toBe(true);
  }

  /** How much wider the page is than the screen. */
  async function overflow(): Promise<number> {
    return ada.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  }
});

trial('a finger that rests on a task chooses it', async (stage) => {
  const ada = await stage.newcomer(PHONE);
  for (const title of ['One', 'Two']) await ada.create({ title });
  await ada.open('/inbox');
  await ada.isConnected();
  await ada.hasTools('Two');
  const box = await ada.page.getByRole('button', { name: 'Open “One”' }).boundingBox();
  if (!box) throw new Error('The task is not there');
  const finger = await ada.context.newCDPSession(ada.page);
  const point = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  await finger.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [point] });
  const bar = ada.page.getByRole('toolbar', { name: 'Selected tasks' });
  await bar.getByText('1 task selected').waitFor();
  await finger.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  // Now there are boxes, and the task has not been opened.
  await ada.page.getByRole('checkbox', { name: 'Select “Two”' }).tap();
  await bar.getByText('2 tasks selected').waitFor();
  expect(await ada.page.getByRole('dialog').count()).toBe(0);
  await bar.getByRole('button', { name: 'Complete' }).tap();
  await ada.seesNo('One');
  await ada.seesNo('Two');
});

trial('pictures of every view on a phone, and none keeps anybody out', async (stage) => {
  const ada = await stage.newcomer(PHONE);
  mkdirSync(env.pictures, { recursive: true });
  const look = async (name: string) => {
    await ada.page.screenshot({ path: `${env.pictures}/${name}-phone.png` });
    const overflow = await ada.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow, name).toBe(0);
  };
  const found: string[] = [];
  for (const [name, path] of await views(ada)) {
    await ada.open(path);
    await ada.isConnected();
    await ada.isDrawn();
    await look(name);
    // Of those that are the same but for something on a phone, too, one is enough.
    if (!name.includes('-')) found.push(...(await obstacles(ada.page)).map((obstacle) => `${name}: ${obstacle}`));
  }
  expect(found).toEqual([]);
  await ada.context.clearCookies();
  for (const name of ['sign-in', 'sign-up']) {
    await ada.open(`/${name}`);
    await look(name);
  }
});
