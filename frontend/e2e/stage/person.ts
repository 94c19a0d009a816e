import type { BrowserContext, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { NewTask, Profile, Task } from '@/lib/api';
import { USER_HEADER } from '@/lib/page-user';
import type { ConnectionState } from '@/lib/websocket-client';
import { env } from './env';

/** Everybody's, until they change it. */
export const PASSWORD = 'correct horse battery';

let people = 0;

export type Account = { name: string; email: string };

/** A name that nobody else in this run has. */
export function somebody(): Account {
  people += 1;
  return { name: 'Ada Lovelace', email: `ada-${process.pid}-${Date.now()}-${people}@taskflow.example` };
}

/** Somebody at a browser. Another browser of the same person is another `Person`. */
export class Person {
  #userId: string | undefined;

  constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    readonly account: Account,
  ) {}

  async signUp(): Promise<void> {
    await this.open('/sign-up');
    await this.page.getByLabel('Name').fill(this.account.name);
    await this.#sendForm('Create account');
  }

  async signIn(): Promise<void> {
    await this.open('/sign-in');
    await this.#sendForm('Sign in');
  }

  async #sendForm(button: string): Promise<void> {
    await this.page.getByLabel('E-mail').fill(this.account.email);
    await this.page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await this.page.getByRole('button', { name: button, exact: true }).click();
    await this.page.waitForURL('**/dashboard');
  }

  /** Fills in a sign-in page that is there already. */
  async signInHere({ email = this.account.email, password = PASSWORD } = {}): Promise<void> {
    await this.page.locator('form[data-ready=true]').waitFor();
    await this.page.getByLabel('E-mail').fill(email);
    await this.page.getByLabel('Password', { exact: true }).fill(password);
    await this.page.getByRole('button', { name: 'Sign in', exact: true }).click();
  }

  /** Their session is gone, and no page is left that would go to sign in by itself. */
  async losesSession(): Promise<void> {
    await this.page.goto('about:blank');
    await this.context.clearCookies();
  }

  async open(path: string): Promise<void> {
    await this.page.goto(path);
    if (path.startsWith('/sign-')) await this.page.locator('form[data-ready=true]').waitFor();
  }

  /** The state of the connection, once it is this one; and what is done to the page is heard, keys as well. */
  async isConnected(state: ConnectionState = 'live'): Promise<void> {
    await this.page.locator('body[data-ready=true]').waitFor({ state: 'attached' });
    await this.page.locator(`[role=status][data-state=${state}]`).waitFor();
  }

  /** Waits until the connection is no more, whatever is done about that meanwhile. */
  async isDisconnected(): Promise<void> {
    await this.page.locator('[role=status][data-state]:not([data-state=live])').waitFor();
  }

  /** Waits until the browser has what it needs without a network: the page and what the app is made of. */
  async isKept(): Promise<void> {
    const missing = () =>
      this.page.evaluate(async () => {
        const files = (await (await fetch('/files.json')).json()) as string[];
        const wanted = [location.pathname, ...files];
        const kept = await Promise.all(wanted.map((path) => caches.match(path)));
        return wanted.filter((_, index) => !kept[index]);
      });
    await expect.poll(missing).toEqual([]);
  }

  /** Waits until nothing of the page is still to come. */
  async isDrawn(): Promise<void> {
    await this.page.locator('main .animate-pulse').first().waitFor({ state: 'detached' });
  }

  /** Types a line into the field for new tasks. */
  async add(line: string): Promise<void> {
    const field = this.page.getByRole('textbox', { name: 'New task' });
    await field.fill(line);
    await field.press('Enter');
  }

  /** The row of a task in the list, by its whole title. */
  row(title: string): Locator {
    const name = `Open “${title}”`;
    return this.page.locator('[data-task]').filter({ has: this.page.getByRole('button', { name, exact: true }) });
  }

  /** Opens the assistant beside the page. */
  async openAssistant(): Promise<Locator> {
    await this.page.getByRole('button', { name: 'Assistant', exact: true }).click();
    return this.page.getByRole('complementary', { name: 'Assistant' });
  }

  /** Tells the assistant something. While it works, what is typed stays in the field. */
  async tellAssistant(line: string): Promise<void> {
    const field = this.page.getByRole('textbox', { name: 'Message to the assistant' });
    await field.fill(line);
    await this.page.getByRole('button', { name: 'Send', exact: true }).waitFor();
    await field.press('Enter');
  }

  /** Changes a title where it stands in the list, up to the key that ends it. */
  async retitle(title: string, to: string): Promise<Locator> {
    await this.row(title).hover();
    await this.page.getByRole('button', { name: `Edit the title “${title}”` }).click();
    const field = this.page.getByRole('textbox', { name: 'Title', exact: true });
    await field.fill(to);
    return field;
  }

  /** Gives a project or a tag, whose page is open, another name. */
  async rename(kind: 'project' | 'tag', name: string, to: string): Promise<void> {
    await this.page.getByRole('button', { name: `Actions for “${name}”` }).click();
    await this.page.getByRole('menuitem', { name: 'Name and colour…' }).click();
    const dialog = this.page.getByRole('dialog', { name: `Name and colour of the ${kind}` });
    await dialog.getByLabel('Name').fill(to);
    await dialog.getByRole('button', { name: 'Save' }).click();
  }

  /** Lets go of what is carried by the mouse, once it is over a place: the page learns of that a moment after the pointer. */
  async dropOver(place: string | RegExp): Promise<void> {
    await this.hears(place);
    await this.page.mouse.up();
  }

  /** Waits for what is said to who cannot see it, such as where something is that is being carried. */
  async hears(words: string | RegExp): Promise<void> {
    await this.page.getByText(words, { exact: true }).waitFor({ state: 'attached' });
  }

  /** Waits for what a list can do besides being read, which comes after it. */
  async hasTools(title: string): Promise<void> {
    await this.page.getByRole('button', { name: `Move “${title}”` }).waitFor({ state: 'attached' });
  }

  async sees(title: string): Promise<void> {
    await this.row(title).waitFor();
  }

  async seesNo(title: string): Promise<void> {
    await this.row(title).waitFor({ state: 'detached' });
  }

  /** The titles in the list, from the top. */
  async titles(): Promise<string[]> {
    return this.page.locator('[data-task] [data-title]').allInnerTexts();
  }

  /** Asks the API beside the page, as another device of theirs would. */
  async ask<T>(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<T> {
    const answer = await this.context.request.fetch(`${env.app}/api/backend${path}`, {
      method,
      headers: {
        origin: env.app,
        ...(method === 'GET' ? {} : { [USER_HEADER]: await this.userId() }),
        ...(method === 'PATCH' ? { 'content-type': 'application/merge-patch+json' } : {}),
      },
      ...(body === undefined ? {} : { data: body }),
    });
    const text = await answer.text();
    expect(answer.ok(), `${method} ${path}: ${answer.status()} ${text}`).toBe(true);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  async userId(): Promise<string> {
    this.#userId ??= (await this.ask<Profile>('GET', '/profile')).user_id;
    return this.#userId;
  }

  create(task: NewTask): Promise<Task> {
    return this.ask('POST', '/tasks', task);
  }

  /** At most 100 of them. */
  async createAll(tasks: readonly NewTask[]): Promise<void> {
    await this.ask('POST', '/tasks/batch', { operations: tasks.map((task) => ({ op: 'create', task })) });
  }
}
