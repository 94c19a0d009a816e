import { mkdirSync } from 'node:fs';
import type { Locator } from 'playwright-core';
import { expect } from 'vitest';
import { dayAhead } from './stage/day';
import { env } from './stage/env';
import { faint, obstacles } from './stage/look';
import { PHONE, trial } from './stage/trial';
import { VARIANTS, views } from './stage/views';

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
  const isLit = (tab: string) =>
    expect.poll(() => bar.locator('[aria-current=page]').allInnerTexts()).toEqual([tab]);
  await isLit('All tasks');
  for (const [tab, path] of [['Today', '/today'], ['All tasks', '/dashboard'], ['Inbox', '/inbox']] as const) {
    await bar.getByRole('link', { name: tab }).tap();
    await ada.page.waitForURL(`**${path}`);
    await isLit(tab);
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
  await ada.page.getByRole('dialog', { name: 'Menu' }).getByRole('link', { name: 'Upcoming' }).tap();
  await ada.page.waitForURL('**/upcoming');

  // Over a page without a field for new tasks there is one. What is added to the calendar is seen there.
  await ada.open('/calendar');
  await ada.isConnected();
  await bar.getByRole('button', { name: 'New task' }).tap();
  await isTyping();
  await ada.page.keyboard.type('From the calendar !high');
  await ada.page.getByRole('status', { name: 'Understood' }).waitFor();
  expect(await overflow()).toBe(0);
  await ada.page.keyboard.press('Enter');
  await ada.page.getByRole('dialog').waitFor({ state: 'detached' });
  await ada.page.getByRole('button', { name: 'Open “From the calendar”' }).waitFor();

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

trial('whatever is pressed on a phone is large enough for a finger', async (stage) => {
  const ada = await stage.newcomer(PHONE);
  const today = dayAhead(0);
  const { id: project_id } = await ada.ask<{ id: string }>('POST', '/projects', { name: 'Garden' });
  const due = { kind: 'floating', local: `${today}T15:00:00` } as const;
  const { id: parent_id } = await ada.create({ title: 'Water the plants', tags: ['a'], priority: 'high', project_id, due });
  await ada.create({ title: 'Fill the can', parent_id });
  await ada.create({ title: 'Rake the leaves' });
  const missed = (locator: Locator) => expect.poll(() => locator.evaluate(tooSmall)).toEqual([]);
  const body = ada.page.locator('body');
  await ada.open('/dashboard');
  await ada.isConnected();
  await ada.hasTools('Rake the leaves');
  await missed(body);
  await ada.row('Water the plants').getByRole('button', { name: 'Open' }).tap();
  const sheet = ada.page.getByRole('dialog', { name: 'Task details' });
  await sheet.getByText('Fill the can').waitFor();
  await missed(sheet);
  await sheet.getByRole('button', { name: 'Due' }).tap();
  // What opens is a sheet at the bottom, and is left by touching what is above it, which hears nothing of that.
  const picker = ada.page.getByRole('dialog', { name: 'Due date' });
  const { width, height } = PHONE.viewport;
  await expect.poll(() => edges(picker)).toEqual([0, width, height]);
  await missed(picker);
  await ada.page.touchscreen.tap(width / 2, 20);
  await picker.waitFor({ state: 'detached' });
  await expect.poll(() => ada.page.evaluate(() => document.activeElement?.textContent)).toMatch(/^Due/);
  for (const view of ['month', 'week']) {
    await ada.open(`/calendar?view=${view}`);
    await ada.isConnected();
    await ada.page.getByRole('button', { name: 'Open “Water the plants”' }).waitFor();
    await missed(body);
  }
});

/** Where something begins and ends from left to right, and where it ends at the bottom. */
async function edges(locator: Locator): Promise<number[]> {
  const box = await locator.boundingBox();
  return box ? [box.x, box.x + box.width, box.y + box.height].map(Math.round) : [];
}

/** What a finger would miss: from the middle of each control it is felt how far it goes. Runs in the browser. */
function tooSmall(root: Element): string[] {
  const [finger, step, far] = [40, 0.5, 60];
  const controls = [...root.querySelectorAll<HTMLElement>('a[href], button, input, select, textarea')].filter(
    (control) =>
      control.checkVisibility({ visibilityProperty: true }) &&
      // What only screen readers find, and what lets fingers through to what is behind it.
      control.offsetWidth > 1 &&
      getComputedStyle(control).pointerEvents !== 'none',
  );
  return controls.flatMap((control) => {
    control.scrollIntoView({ block: 'center' });
    const { left, top, width, height } = control.getBoundingClientRect();
    const reach = (x: number, y: number) => {
      let distance = 0;
      const isHit = () =>
        control.contains(document.elementFromPoint(left + width / 2 + x * distance, top + height / 2 + y * distance));
      while (distance < far && isHit()) distance += step;
      return distance;
    };
    const [across, down] = [reach(-1, 0) + reach(1, 0), reach(0, -1) + reach(0, 1)];
    const name = control.getAttribute('aria-label') ?? control.textContent;
    return across < finger || down < finger ? [`${name}: ${across} × ${down}`] : [];
  });
}

trial('pictures of every view on a phone, and none keeps anybody out', async (stage) => {
  const ada = await stage.newcomer(PHONE);
  const { page } = ada;
  mkdirSync(env.pictures, { recursive: true });
  const found: string[] = [];
  const tell = (name: string, obstacles: readonly string[]) => found.push(...obstacles.map((obstacle) => `${name}: ${obstacle}`));
  const look = async (name: string) => {
    await page.screenshot({ path: `${env.pictures}/${name}-phone.png` });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow, name).toBe(0);
    if (VARIANTS.has(name)) return;
    tell(name, await obstacles(page));
    await page.emulateMedia({ colorScheme: 'dark' });
    // Nothing but its colours is different.
    tell(`${name}, dark`, await faint(page));
    await page.emulateMedia({ colorScheme: 'light' });
  };
  for (const [name, path] of await views(ada)) {
    await ada.open(path);
    await ada.isConnected();
    await ada.isDrawn();
    await look(name);
  }
  await ada.losesSession();
  for (const name of ['sign-in', 'sign-up']) {
    await ada.open(`/${name}`);
    await look(name);
  }
  expect(found).toEqual([]);
});

trial('what opens on a phone stands above its keyboard', async (stage) => {
  const ada = await stage.newcomer(PHONE);
  await ada.create({ title: 'Call mum' });
  await ada.open('/inbox');
  await ada.isConnected();
  await ada.row('Call mum').getByRole('button', { name: 'Open' }).tap();
  await ada.page.getByRole('dialog', { name: 'Task details' }).getByRole('button', { name: /^Priority/ }).tap();
  const picker = ada.page.getByRole('dialog', { name: 'Priority', exact: true });
  await picker.waitFor();
  const below = () => picker.evaluate((element) => Math.round(window.innerHeight - element.getBoundingClientRect().bottom));
  await expect.poll(below).toBe(0);
  // A browser without a screen has no keyboard: it is told that one is there.
  await ada.page.evaluate(() => {
    const { visualViewport: seen } = window;
    Object.defineProperty(seen, 'height', { value: window.innerHeight - 300 });
    seen?.dispatchEvent(new Event('resize'));
  });
  await expect.poll(below).toBe(300);
});
