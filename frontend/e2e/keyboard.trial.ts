import type { Locator } from 'playwright-core';
import { expect } from 'vitest';
import { trial } from './stage/trial';

/** Above what there is to pass on a page before its tasks. */
const MOST_TABS = 40;

trial('everything that matters can be done without a mouse', async (stage) => {
  const ada = await stage.stranger();
  const { keyboard } = ada.page;
  await ada.open('/sign-up');
  await tabTo(ada.page.getByLabel('Name'));
  await keyboard.type(ada.account.name);
  await keyboard.press('Tab');
  await keyboard.type(ada.account.email);
  await keyboard.press('Tab');
  await keyboard.type('correct horse battery');
  await keyboard.press('Enter');
  await ada.page.waitForURL('**/dashboard');
  await ada.isConnected();

  await keyboard.press('n');
  await keyboard.type('Water the plants');
  await keyboard.press('Enter');
  await ada.sees('Water the plants');
  await keyboard.press('Escape');

  // Saved, it is another row than the one that was shown at once.
  await ada.page.getByText('Task added').waitFor();
  await ada.hasTools('Water the plants');
  await keyboard.press('j');
  await expect.poll(() => focused()).toBe('Open “Water the plants”');
  await keyboard.press('p');
  await ada.page.getByRole('option', { name: 'Urgent' }).waitFor();
  await isInside('Priority');
  await keyboard.type('Urg');
  await keyboard.press('Enter');
  await ada.row('Water the plants').getByText('Urgent').waitFor();
  await expect.poll(() => focused()).toBe('Open “Water the plants”');

  await keyboard.press('d');
  await isInside('Due date');
  await keyboard.type('tomorrow 3pm');
  await ada.page.getByRole('status', { name: 'Understood' }).getByText('Tomorrow 15:00').waitFor();
  await keyboard.press('Enter');
  await ada.row('Water the plants').getByText('Tomorrow 15:00').waitFor();
  await expect.poll(() => focused()).toBe('Open “Water the plants”');

  // Without a word it is today, and the time stays.
  await keyboard.press('d');
  await isInside('Due date');
  await keyboard.press('Enter');
  await ada.row('Water the plants').getByText('Today 15:00').waitFor();

  await keyboard.press('e');
  await ada.page.getByRole('textbox', { name: 'Title', exact: true }).waitFor();
  await keyboard.type('Water all plants');
  await keyboard.press('Enter');
  await ada.sees('Water all plants');

  await keyboard.press('o');
  await isInside('Task details');
  // The same keys are heard there, and none of the page behind.
  await keyboard.press('j');
  await keyboard.press('p');
  await isInside('Priority');
  await keyboard.type('Low');
  await keyboard.press('Enter');
  const priority = ada.page.locator('[data-property=priority]');
  await priority.getByText('Low').waitFor();
  await expect.poll(() => priority.evaluate((element) => element === document.activeElement)).toBe(true);
  await keyboard.press('x');
  await ada.page.getByText('Task completed').waitFor();
  await keyboard.press('x');
  await ada.page.getByText('Task reopened').waitFor();
  await keyboard.press('?');
  await isInside('Keyboard shortcuts');
  await ada.page.getByRole('heading', { name: 'In the open task' }).waitFor();
  await keyboard.press('Escape');
  await ada.page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor({ state: 'detached' });
  await keyboard.press('Escape');
  await ada.page.getByRole('dialog').waitFor({ state: 'detached' });

  await keyboard.press('?');
  await isInside('Keyboard shortcuts');
  await keyboard.press('Escape');
  await ada.page.getByRole('dialog').waitFor({ state: 'detached' });
  await keyboard.press('g');
  await keyboard.press('t');
  await ada.page.waitForURL('**/today');
  await ada.hasTools('Water all plants');
  await keyboard.press('j');
  await expect.poll(() => focused()).toBe('Open “Water all plants”');
  await keyboard.press('x');
  await ada.page.getByText('Task completed').waitFor();
  await keyboard.press('Control+z');
  await ada.sees('Water all plants');

  // Who dictates does without letters; what has Ctrl stays, and leads back.
  const single = ada.page.getByRole('checkbox', { name: 'Single-key shortcuts' });
  await keyboard.press('?');
  await isInside('Keyboard shortcuts');
  await tabTo(single);
  await keyboard.press('Space');
  await keyboard.press('Escape');
  await ada.page.getByRole('dialog').waitFor({ state: 'detached' });
  await ada.page.reload();
  await ada.isConnected();
  // From the top, the focus goes as the page stands, and among the tasks first to the field for a new one.
  expect(await partsPassed()).toEqual(['Skip to content', 'nav', 'header', 'main']);
  expect(await focused()).toBe('New task');
  await keyboard.press('Escape');
  await keyboard.press('g');
  await keyboard.press('h');
  await keyboard.press('Control+k');
  await isInside('Search and commands');
  await keyboard.type('shortcuts');
  await ada.page.getByRole('option', { name: 'Keyboard shortcuts', selected: true }).waitFor();
  await keyboard.press('Enter');
  await isInside('Keyboard shortcuts');
  expect(new URL(ada.page.url()).pathname).toBe('/today');
  expect(await single.isChecked()).toBe(false);
  await tabTo(single);
  await keyboard.press('Space');
  await keyboard.press('Escape');
  await ada.page.getByRole('dialog').waitFor({ state: 'detached' });
  await keyboard.press('g');
  await keyboard.press('h');
  await ada.page.waitForURL('**/history');

  /** A dialog that is seen takes the focus a moment later, and what is typed before that goes elsewhere. */
  async function isInside(name: string): Promise<void> {
    const dialog = ada.page.getByRole('dialog', { name });
    await expect.poll(() => dialog.evaluate((element) => element.contains(document.activeElement))).toBe(true);
  }

  async function focused(): Promise<string | null> {
    return ada.page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? null);
  }

  /** Goes on by Tab until something has the focus, unless it has it already. */
  async function tabTo(wanted: Locator): Promise<void> {
    const passed: (string | undefined)[] = [];
    while (!(await wanted.evaluate((element) => element === document.activeElement))) {
      passed.push(await ada.page.evaluate(() => document.activeElement?.outerHTML.slice(0, 100)));
      expect(passed.length, `passed ${passed.join('\n')}`).toBeLessThan(MOST_TABS);
      await keyboard.press('Tab');
    }
  }

  /** The parts of a page through which Tab leads from its top to its tasks; what is in none is called by its text. */
  async function partsPassed(): Promise<string[]> {
    const parts: string[] = [];
    for (let tabs = 0; tabs < MOST_TABS && parts.at(-1) !== 'main'; tabs += 1) {
      await keyboard.press('Tab');
      const part = await ada.page.evaluate(() => {
        const { activeElement: focused } = document;
        return focused?.closest('nav, header, main')?.localName ?? focused?.textContent?.slice(0, 100) ?? '';
      });
      if (part !== parts.at(-1)) parts.push(part);
    }
    return parts;
  }
});
