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
  ada.page.on('request', (request) => (looks += request.url().includes('/api/backend/events') ? 1 : 0));
  await untilNextLook();

  await ada.create({ title: 'Call mum' });
  expect(await ada.titles()).toEqual([]);
  await untilNextLook();
  await ada.sees('Call mum');

  // With another name the server draws all of it anew, and looks are taken from where the last one ended.
  await ada.create({ title: 'Feed the cat' });
  await ada.page.locator('aside').getByRole('link', { name: 'Settings' }).click();
  const profile = ada.page.locator('section').filter({ has: ada.page.getByRole('heading', { name: 'Profile', exact: true }) });
  await profile.getByLabel('Name').fill('Countess Lovelace');
  await profile.getByRole('button', { name: 'Save' }).click();
  await expect.poll(() => ada.page.getByRole('button', { name: 'Account menu' }).textContent()).toBe('CL');
  await ada.page.locator('aside').getByRole('link', { name: 'All tasks' }).click();
  await untilNextLook();
  await ada.sees('Feed the cat');

  /** Lets time pass in steps, for the next look is planned when the one before has been answered. */
  async function untilNextLook(): Promise<void> {
    const now = () => ada.page.evaluate(() => Date.now());
    const [began, before] = [await now(), looks];
    await expect
      .poll(async () => {
        if (looks > before) return true;
        await ada.page.clock.fastForward(3_000);
        return false;
      }, { interval: 250 })
      .toBe(true);
    // Half a minute, and what a busy machine adds: far from a whole one.
    expect((await now()) - began).toBeLessThan(50_000);
  }
});

trial('whoever comes back to a tab whose connection died without a word is told what happened since', async (stage) => {
  const ada = await stage.stranger();
  await ada.page.clock.install();
  const sockets: { isDead: boolean; pings: number }[] = [];
  await ada.page.routeWebSocket(/\/ws\//, (page) => {
    const server = page.connectToServer();
    const socket = { isDead: false, pings: 0 };
    sockets.push(socket);
    page.onMessage((message) => {
      socket.pings += message === '{"type":"ping"}' ? 1 : 0;
      if (!socket.isDead) server.send(message);
    });
    server.onMessage((message) => socket.isDead || page.send(message));
  });
  await ada.signUp();
  await ada.isConnected();
  const last = sockets.at(-1);
  if (!last) throw new Error('there is no socket');
  last.isDead = true;
  await ada.create({ title: 'Call mum' });
  const asked = last.pings;
  await ada.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await expect.poll(() => last.pings).toBeGreaterThan(asked);
  expect(await ada.titles()).toEqual([]);
  // As long as an answer may take.
  await ada.page.clock.fastForward(8_000);
  await ada.sees('Call mum');
});
