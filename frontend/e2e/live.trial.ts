import { expect } from 'vitest';
import { trial } from './stage/trial';

trial('two browsers see what the other does', async (stage) => {
  const desk = await stage.newcomer();
  const sofa = await stage.elsewhere(desk);
  await Promise.all([desk.isConnected(), sofa.isConnected()]);

  await desk.add('Call mum');
  await sofa.sees('Call mum');

  await sofa.page.getByRole('checkbox', { name: 'Complete “Call mum”' }).click();
  await desk.seesNo('Call mum');

  await desk.add('Feed the cat');
  const title = await sofa.retitle('Feed the cat', 'Feed both cats');
  await title.press('Enter');
  await desk.sees('Feed both cats');
  await desk.seesNo('Feed the cat');
});

trial('where sockets do not get through, changes are looked for every 30 seconds', async (stage) => {
  const ada = await stage.stranger();
  await ada.page.clock.install();
  await ada.page.routeWebSocket(/\/ws\//, (socket) => void socket.close());
  await ada.signUp();
  await ada.isConnected('polling');
  let looks = 0;
  ada.page.on('response', (answer) => (looks += answer.url().includes('/api/backend/events') ? 1 : 0));
  await passHalfAMinute(() => looks > 0);

  await ada.create({ title: 'Call mum' });
  expect(await ada.titles()).toEqual([]);
  await passHalfAMinute(async () => (await ada.titles()).includes('Call mum'));

  // With another name the server draws all of it anew, and looks are taken from where the last one ended.
  await ada.create({ title: 'Feed the cat' });
  await ada.page.locator('aside').getByRole('link', { name: 'Settings' }).click();
  const profile = ada.page.locator('section').filter({ has: ada.page.getByRole('heading', { name: 'Profile', exact: true }) });
  await profile.getByLabel('Name').fill('Countess Lovelace');
  await profile.getByRole('button', { name: 'Save' }).click();
  await expect.poll(() => ada.page.getByRole('button', { name: 'Account menu' }).textContent()).toBe('CL');
  await ada.page.locator('aside').getByRole('link', { name: 'All tasks' }).click();
  await passHalfAMinute(async () => (await ada.titles()).includes('Feed the cat'));

  /** Half a minute after the other: the next look is planned when the one before has been answered. */
  async function passHalfAMinute(until: () => boolean | Promise<boolean>): Promise<void> {
    await expect
      .poll(async () => {
        if (await until()) return true;
        await ada.page.clock.fastForward(30_000);
        return false;
      }, { interval: 500 })
      .toBe(true);
  }
});
