import { AxeBuilder } from '@axe-core/playwright';
import { mkdirSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { env } from './env';
import type { Person } from './person';
import type { Stage } from './trial';

/** Looks at what is seen, in the light and in the dark: takes pictures, and has axe find what keeps people out. */
export type Look = (name: string, except?: readonly string[]) => Promise<void>;

/** Somebody new who looks around, and finds nothing that keeps people out. `inTheDark`: what is asked once more there. */
export async function lookAround(
  stage: Stage,
  at: (ada: Person, look: Look) => Promise<void>,
  inTheDark: typeof obstacles = obstacles,
): Promise<void> {
  // Without a worker, whatever a page asks can be answered in the server's place.
  const ada = await stage.newcomer({ colorScheme: 'light', serviceWorkers: 'block' });
  mkdirSync(env.pictures, { recursive: true });
  const found: string[] = [];
  const tell = (name: string, obstacles: readonly string[]) => found.push(...obstacles.map((obstacle) => `${name}: ${obstacle}`));
  await at(ada, async (name, except = []) => {
    const { page } = ada;
    await page.screenshot({ path: `${env.pictures}/${name}-light.png` });
    tell(name, await obstacles(page, except));
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.screenshot({ path: `${env.pictures}/${name}-dark.png` });
    tell(`${name}, dark`, await inTheDark(page, except));
    await page.emulateMedia({ colorScheme: 'light' });
  });
  expect(found).toEqual([]);
}

/** What on a page keeps people out, as axe finds it. `except`: rules that do not count there. */
export function obstacles(page: Page, except: readonly string[] = []): Promise<string[]> {
  return violationsOf(new AxeBuilder({ page }).disableRules([...except]));
}

/** What on a page is hard to tell from its ground. */
export function faint(page: Page): Promise<string[]> {
  return violationsOf(new AxeBuilder({ page }).withRules('color-contrast'));
}

async function violationsOf(axe: AxeBuilder): Promise<string[]> {
  const { violations: found } = await axe.analyze();
  return found.map(({ id, nodes }) => `${id} ${nodes.map(({ html }) => html).join(' ')}`);
}
