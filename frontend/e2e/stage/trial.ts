import { mkdirSync } from 'node:fs';
import { chromium, devices, type Browser, type BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { env } from './env';
import { PATIENCE_MILLISECONDS } from './patience';
import { Person, somebody, type Account } from './person';
import { Stagehand } from './stagehand';
import { watch } from './watch';

let browser: Browser;

beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: env.chromium,
    // Nothing outside of this machine has a name here, so nothing can be fetched from there.
    args: ['--disable-dev-shm-usage', '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost'],
  });
});

afterAll(() => browser.close());

export const PHONE = devices['Pixel 7'];

/** Where a browser stands and what it looks like, unless a trial wants another one. */
const USUAL: BrowserContextOptions = {
  baseURL: env.app,
  locale: 'en-GB',
  timezoneId: 'Europe/Berlin',
  viewport: { width: 1280, height: 800 },
  reducedMotion: 'reduce',
};

/** People with browsers, and somebody behind the curtain. */
export class Stage {
  readonly stagehand = new Stagehand();
  readonly #people: Person[] = [];
  /** What no page may do, whatever the trial is about: see `watch`. */
  readonly complaints: string[] = [];

  /** Somebody new, at a new browser, who is signed up. */
  async newcomer(options?: BrowserContextOptions): Promise<Person> {
    const person = await this.stranger(options);
    await person.signUp();
    return person;
  }

  /** The same person at another browser. */
  async elsewhere(person: Person, options?: BrowserContextOptions): Promise<Person> {
    const other = await this.stranger(options, person.account);
    await other.signIn();
    return other;
  }

  /** Somebody at a new browser, and not signed in. */
  async stranger(options?: BrowserContextOptions, account: Account = somebody()): Promise<Person> {
    const context = await browser.newContext({ ...USUAL, ...options });
    context.setDefaultTimeout(PATIENCE_MILLISECONDS);
    watch(context, this.complaints);
    const person = new Person(context, await context.newPage(), account);
    this.#people.push(person);
    return person;
  }

  async end(): Promise<void> {
    await Promise.all(this.#people.map(({ context }) => context.close()));
    await this.stagehand.mend();
  }

  /** What everybody saw last. */
  async photograph(name: string): Promise<void> {
    mkdirSync(`${env.pictures}/failed`, { recursive: true });
    const file = name.replaceAll(/\W+/g, '-');
    await Promise.all(
      this.#people.map(({ page }, index) => page.screenshot({ path: `${env.pictures}/failed/${file}-${index}.png` })),
    );
  }
}

/** A play before the whole product. */
export function trial(name: string, play: (stage: Stage) => Promise<void>): void {
  test(name, async () => {
    const stage = new Stage();
    try {
      await play(stage);
    } catch (error) {
      await stage.photograph(name).catch(() => undefined);
      throw error;
    } finally {
      await stage.end();
    }
    expect(stage.complaints.join('\n')).toBe('');
  });
}
