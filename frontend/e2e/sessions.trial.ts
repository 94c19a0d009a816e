import { Client } from 'pg';
import { expect } from 'vitest';
import { env } from './stage/env';
import { Person } from './stage/person';
import { trial } from './stage/trial';

/** So many days pass for somebody's sessions, of seven. */
async function spendDays(email: string, days: number): Promise<void> {
  const client = new Client({ connectionString: env.database });
  await client.connect();
  await client.query(
    `update auth.session set "expiresAt" = "expiresAt" - $2 * interval '1 day'
     where "userId" = (select id from auth."user" where email = $1)`,
    [email, days],
  );
  await client.end();
}

trial('when the session expires, the way is to the sign-in page and back, and what was typed is not lost', async (stage) => {
  const ada = await stage.newcomer();
  await ada.open('/inbox');
  await ada.isConnected();
  await spendDays(ada.account.email, 8);
  await ada.add('Typed too late');
  await ada.page.waitForURL('**/sign-in?next=%2Finbox');
  await ada.signInHere();
  await ada.page.waitForURL('**/inbox');
  await ada.isConnected();
  await ada.sees('Typed too late');
  await expect.poll(() => ada.ask('GET', '/tasks')).toMatchObject({ items: [{ title: 'Typed too late' }] });
});

trial('whatever is asked when the session is over leads to the sign-in page, and back', async (stage) => {
  const ada = await stage.newcomer();
  await ada.open('/settings/tokens');
  await ada.isConnected();
  await ada.page.getByRole('button', { name: 'New token' }).click();
  await ada.page.getByLabel('What it’s for').fill('Robot');
  await spendDays(ada.account.email, 8);
  await ada.page.getByRole('button', { name: 'Create token' }).click();
  await ada.page.waitForURL('**/sign-in?next=%2Fsettings%2Ftokens');
  await ada.signInHere();
  await ada.page.waitForURL('**/settings/tokens');
});

trial('whoever signs in next finds nothing in the page of who was there before', async (stage) => {
  const ada = await stage.newcomer();
  await ada.isConnected();
  await ada.page.evaluate(() => Object.assign(window, { isOfAda: true }));
  await ada.context.clearCookies();
  // The router leads to the sign-in page, and would keep what is in memory.
  await ada.page.getByRole('link', { name: 'Calendar' }).click();
  await ada.page.waitForURL('**/sign-in?next=%2Fcalendar');
  await expect.poll(() => ada.page.evaluate(() => 'isOfAda' in window)).toBe(false);
  await ada.signInHere();
  await ada.page.waitForURL('**/calendar');
});

trial('what somebody asked for does not go to whoever is signed in by now, and is not lost', async (stage) => {
  const bob = await stage.newcomer();
  const ada = await stage.newcomer();
  await ada.open('/inbox');
  await ada.isConnected();
  // Their page has slept through the other's signing in.
  await ada.context.addCookies(await bob.context.cookies());
  await ada.add('A secret of mine');
  await ada.page.locator(`[data-user="${await bob.userId()}"]`).waitFor();
  await ada.isConnected();
  await ada.seesNo('A secret of mine');
  // Whatever this page would send has been sent before it shows this.
  await bob.create({ title: 'Mine alone' });
  await ada.sees('Mine alone');
  expect(await bob.ask('GET', '/tasks')).toMatchObject({ items: [{ title: 'Mine alone' }] });

  await ada.losesSession();
  await ada.open('/sign-in?next=/inbox');
  await ada.signInHere();
  await ada.page.waitForURL('**/inbox');
  await ada.sees('A secret of mine');
  await expect.poll(() => ada.ask('GET', '/tasks')).toMatchObject({ items: [{ title: 'A secret of mine' }] });
});

trial('a session that is used goes on, in the browser, too', async (stage) => {
  const ada = await stage.newcomer();
  await ada.isConnected();
  const end = async () => (await ada.context.cookies())[0]?.expires ?? 0;
  const before = await end();
  await spendDays(ada.account.email, 2);
  // It remembers a session for a minute; another one of its kind would not.
  await stage.stagehand.kill('frontend');
  await stage.stagehand.start('frontend');
  await ada.open('/today');
  await ada.isConnected();
  await expect.poll(end).toBeGreaterThan(before);
});

trial('signing out leaves nothing behind', async (stage) => {
  const ada = await stage.newcomer();
  const tab = new Person(ada.context, await ada.context.newPage(), ada.account);
  await ada.create({ title: 'A secret of mine' });
  await ada.sees('A secret of mine');
  await tab.open('/inbox');
  await tab.isConnected();
  await tab.isKept();
  await ada.page.getByRole('button', { name: 'Account menu' }).click();
  await ada.page.getByRole('menuitem', { name: 'Sign out' }).click();
  await Promise.all([ada.page.waitForURL('**/sign-in'), tab.page.waitForURL('**/sign-in')]);

  expect(await ada.context.cookies()).toEqual([]);
  const left = () =>
    ada.page.evaluate(async () => ({
      local: Object.keys(localStorage),
      session: Object.keys(sessionStorage),
      databases: (await indexedDB.databases()).map(({ name }) => name),
      caches: await caches.keys(),
      // With its worker a browser loses its subscription to web push.
      workers: (await navigator.serviceWorker.getRegistrations()).map(({ scope }) => scope),
    }));
  await expect.poll(left).toEqual({ local: [], session: [], databases: [], caches: [], workers: [] });
  // Nor does the way back show anything.
  await ada.page.goBack();
  await ada.page.waitForURL('**/sign-in**');
  expect(await ada.page.content()).not.toContain('A secret of mine');
  const answer = await ada.context.request.get(`${env.app}/api/backend/tasks`);
  expect(answer.status()).toBe(401);
});

trial('no script can read what proves who somebody is', async (stage) => {
  const ada = await stage.newcomer();
  expect(await ada.page.evaluate(() => document.cookie)).toBe('');
  const [cookie] = await ada.context.cookies();
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax' });
  expect(await ada.page.content()).not.toContain('eyJ');
});

trial('a page is for its person alone, whatever its address looks like', async (stage) => {
  const ada = await stage.newcomer();
  for (const path of ['/dashboard', '/tags/v1.2']) {
    const headers = (await ada.context.request.get(`${env.app}${path}`)).headers();
    expect(headers).toMatchObject({ 'x-frame-options': 'DENY', 'x-content-type-options': 'nosniff', 'referrer-policy': 'same-origin' });
    expect(headers['cache-control']).toContain('no-store');
    expect(headers['content-security-policy']).toMatch(/script-src 'self' 'nonce-[^ ']+' 'strict-dynamic';/);
  }
  for (const path of ['/api/none', '/_next/static/none.js']) {
    const answer = await ada.context.request.get(`${env.app}${path}`);
    expect(answer.status()).toBe(404);
    expect(answer.headers()['content-security-policy']).toContain("default-src 'none'");
  }
});
