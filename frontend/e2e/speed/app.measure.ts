import { appendFileSync, readFileSync } from 'node:fs';
import type { CDPSession, Page } from 'playwright-core';
import { expect } from 'vitest';
import { env } from '../stage/env';
import { firstLoad } from '../stage/first-load';
import type { Person } from '../stage/person';
import { trial } from '../stage/trial';

/** How much slower than this machine the CPU of those is who look at the app. */
const SLOWDOWN = 4;
const MANY = 5_000;
const AT_ONCE = 100;
const CHANGES = 40;

/** Writes down a figure: `benches/src/bench/frontend.rs` says what its name means and what it should be at most. */
function tell(name: string, value: number): void {
  appendFileSync(env.figures, `${JSON.stringify({ name, value })}\n`);
}

/** As most people have it: what moves costs time, and counts. */
const MOVING = { reducedMotion: 'no-preference' } as const;

trial('the first load', async (stage) => {
  const ada = await stage.newcomer();
  await fill(ada, 200);
  tell('javascript', await firstLoad(ada));

  // Another browser, which has kept nothing of the app.
  const first = await stage.stranger({ ...MOVING, storageState: await ada.context.storageState() }, ada.account);
  await slow(first.page);
  await first.open('/dashboard');
  await first.isConnected();
  const { lcp, cls } = await first.page.evaluate(paint);
  tell('lcp', lcp / 1000);
  tell('cls', cls);
  tell('javascript in all', await first.page.evaluate(scripts));

  tell('inp', await slowestInteraction(first));
});

trial('scrolling through many tasks', async (stage) => {
  const ada = await stage.newcomer(MOVING);
  await fill(ada, MANY);
  await ada.open('/inbox');
  await ada.isConnected();
  await holdsAll(ada);
  const { median, slow95 } = await ada.page.evaluate(scroll);
  tell('frame', median);
  tell('slow frame', slow95);

  await slow(ada.page);
  await ada.open('/inbox');
  await ada.isConnected();
  await holdsAll(ada);
  await ada.hasTools('Task 0');
  tell('inp of many', await slowestInteraction(ada));
});

trial('a change made elsewhere', async (stage) => {
  const ada = await stage.newcomer(MOVING);
  await ada.isConnected();
  const took: number[] = [];
  for (let turn = 0; turn < CHANGES; turn += 1) {
    const title = `Change ${turn}`;
    const shown = ada.page.evaluate(appears, title);
    // At the top: what is below the screen is not drawn.
    const { created_at: written } = await ada.create({ title, position: -turn });
    // It was committed a little after this, on the same clock: what counts is less than the figure.
    took.push((await shown) - Date.parse(written));
  }
  took.sort((a, b) => a - b);
  tell('on screen', took[CHANGES / 2] ?? 0);
});

// Last, after all that was asked of it.
trial('the server', async () => {
  const status = readFileSync(`/proc/${env.frontend}/status`, 'utf8');
  const mebibytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1024;
  expect(mebibytes('VmRSS')).toBeGreaterThan(0);
  tell('server', mebibytes('VmRSS'));
  tell('server at its most', mebibytes('VmHWM'));
});

/** Waits until all of the many are in the list: a page begins with the first of them, and reads on. */
async function holdsAll(ada: Person): Promise<void> {
  await ada.page.locator(`[aria-setsize="${MANY}"]`).first().waitFor();
}

/** Opens tasks, completes them and adds one; returns what the slowest of it took until it was seen. */
async function slowestInteraction(ada: Person): Promise<number> {
  await ada.page.evaluate(listen);
  for (const title of (await ada.titles()).slice(0, 5)) {
    await press(ada, 'button', `Open “${title}”`);
    // A dialog that is seen hears keys a moment later, when it takes the focus.
    const dialog = ada.page.getByRole('dialog', { name: 'Task details' });
    await expect.poll(() => dialog.evaluate((element) => element.contains(document.activeElement))).toBe(true);
    await ada.page.keyboard.press('Escape');
    await ada.page.getByRole('dialog').waitFor({ state: 'detached' });
    await press(ada, 'checkbox', `Complete “${title}”`);
    // What stands below comes up when it goes.
    await ada.seesNo(title);
  }
  await ada.add('Typed on a slow machine');
  await ada.page.getByText('Task added').waitFor();
  const heard = await ada.page.evaluate(() => (window as unknown as Heard).heard);
  expect(heard.length).toBeGreaterThan(0);
  return Math.max(...heard);
}

/** How long a hand holds a button down. */
const PRESSED_MILLISECONDS = 60;

/**
 * As a hand does: it comes, what it points at is lit, and then it presses. With the mouse alone:
 * `click` runs checks of its own in the page, and their time would count.
 */
async function press({ page }: Person, role: 'button' | 'checkbox', name: string): Promise<void> {
  const box = await page.getByRole(role, { name, exact: true }).boundingBox();
  if (!box) throw new Error(`There is no “${name}”`);
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.evaluate(isPainted);
  await page.mouse.click(x, y, { delay: PRESSED_MILLISECONDS });
}

async function fill(ada: Person, count: number): Promise<void> {
  for (let from = 0; from < count; from += AT_ONCE) {
    const operations = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, index) => ({
      op: 'create',
      task: { title: `Task ${from + index}`, priority: (['none', 'low', 'high'] as const)[index % 3] },
    }));
    await ada.ask('POST', '/tasks/batch', { operations });
  }
}

async function slow(page: Page): Promise<CDPSession> {
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWDOWN });
  return session;
}

type Heard = { heard: number[] };

// What follows runs in the browser.

function paint(): Promise<{ lcp: number; cls: number }> {
  return new Promise((resolve) => {
    let lcp = 0;
    let cls = 0;
    new PerformanceObserver((list) => {
      for (const { startTime } of list.getEntries()) lcp = Math.max(lcp, startTime);
    }).observe({ type: 'largest-contentful-paint', buffered: true });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]) {
        if (!entry.hadRecentInput) cls += entry.value;
      }
    }).observe({ type: 'layout-shift', buffered: true });
    requestIdleCallback(() => setTimeout(() => resolve({ lcp, cls }), 500));
  });
}

/** What has come by now, in KiB as it was sent. */
function scripts(): number {
  const files = (performance.getEntriesByType('resource') as PerformanceResourceTiming[]).filter(({ name }) => name.endsWith('.js'));
  return files.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0) / 1024;
}

function isPainted(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
  });
}

function listen(): void {
  const heard: number[] = [];
  (window as unknown as Heard).heard = heard;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & { interactionId?: number })[]) {
      if (entry.interactionId) heard.push(entry.duration);
    }
  }).observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit);
}

function scroll(): Promise<{ median: number; slow95: number }> {
  const list = document.querySelector('[data-scroller]');
  if (!list) throw new Error('there is no list');
  const frames: number[] = [];
  let last = performance.now();
  return new Promise((resolve) => {
    const step = (now: number) => {
      frames.push(now - last);
      last = now;
      list.scrollBy(0, 60);
      if (frames.length < 300) requestAnimationFrame(step);
      else {
        const sorted = frames.slice(10).sort((a, b) => a - b);
        const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? 0;
        resolve({ median: at(0.5), slow95: at(0.95) });
      }
    };
    requestAnimationFrame(step);
  });
}

function appears(title: string): Promise<number> {
  return new Promise((resolve) => {
    const look = () => {
      if (![...document.querySelectorAll('[data-title]')].some((each) => each.textContent === title)) return;
      watching.disconnect();
      requestAnimationFrame(() => resolve(Date.now()));
    };
    const watching = new MutationObserver(look);
    watching.observe(document.body, { childList: true, subtree: true });
    look();
  });
}
