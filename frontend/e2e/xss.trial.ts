import { randomUUID } from 'node:crypto';
import type { BrowserContext, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Task } from '@/lib/api';
import type { Person } from './stage/person';
import { Program } from './stage/program';
import { trial } from './stage/trial';

const IMAGE = '<img src=x onerror="window.hurt=1">';

/** Each would set `hurt` if any part of the app took it for more than text. */
const CORPUS = [
  '<script>window.hurt=1</script>',
  IMAGE,
  '"><svg onload=window.hurt=1>',
  "'-(window.hurt=1)-'",
  '</title><script>window.hurt=1</script>',
  '{{constructor.constructor("window.hurt=1")()}}',
  '[a](javascript:window.hurt=1)',
  '<iframe srcdoc="<script>parent.hurt=1</script>">',
  '\u202e<b onmouseover=window.hurt=1>',
];

/** Notes have links, and none of these leads to anything that runs. */
const NOTES = [
  'javascript:window.hurt=1',
  '[x](javascript:window.hurt=1)',
  '![x](https://evil.example/x.png)',
  'https://evil.example/"onmouseover="window.hurt=1',
  "https://evil.example/'><img src=x onerror=window.hurt=1>",
  '[x](https://evil.example/"onmouseover="window.hurt=1)',
  'https://javascript:window.hurt=1@evil.example',
];

/** No page of ours has any of these. */
const ELEMENTS = 'img, iframe';

/** The corpus in as few lines as there can be of so many characters. */
function lines(most: number): string[] {
  const full: string[] = [];
  let line = '';
  for (const text of CORPUS) {
    const longer = `${line} ${text}`.trim();
    if (longer.length > most) full.push(line);
    line = longer.length > most ? text : longer;
  }
  return [...full, line];
}

/** A file with a table, whose name says no more than a text does. */
function table(rows: readonly (readonly string[])[]) {
  const csv = rows.map((cells) => cells.map((text) => `"${text.replaceAll('"', '""')}"`).join()).join('\n');
  return { name: `${IMAGE}.csv`, mimeType: 'text/csv', buffer: Buffer.from(csv) };
}

type Field = {
  /** Goes where it is. */
  open: (ada: Person) => Promise<unknown>;
  /** Several, where they are sent together. */
  fields: readonly ((page: Page) => Locator)[];
  /** How many characters it takes, where it is sent; otherwise something is looked up, with one text after the other. */
  most?: number;
  /** What sends it. */
  key?: string;
  /** What there is to see of a text then. */
  seen: (page: Page, text: string) => Locator;
};

/** Types all of the corpus into a field. */
async function fill(ada: Person, { open, fields, most, key = 'Enter', seen }: Field): Promise<void> {
  const { page } = ada;
  const places = fields.map((field) => field(page));
  for (const [index, text] of (most === undefined ? CORPUS : lines(most)).entries()) {
    // What was sent may have closed it.
    if (index === 0 || !(await places[0]?.isVisible())) await open(ada);
    for (const place of places) await place.fill(text);
    if (most !== undefined) await page.keyboard.press(key);
    await seen(page, text).first().waitFor();
  }
  expect(await page.locator(ELEMENTS).count()).toBe(0);
}

/** A page of theirs, and the buttons that lead on from there. */
const at = (path: string, ...buttons: readonly string[]) => async (ada: Person): Promise<void> => {
  await ada.open(path);
  await ada.isConnected();
  for (const name of buttons) await ada.page.getByRole('button', { name, exact: true }).click();
};

/** A task that is open, and perhaps what changes something about it. */
const atTask = (property?: 'due' | 'priority' | 'project' | 'tags') => async (ada: Person): Promise<void> => {
  const { id } = await ada.create({ title: 'Plain' });
  await at(`/today?task=${id}`)(ada);
  if (property) await ada.page.locator(`[data-property=${property}]`).click();
};

async function atWholes(ada: Person): Promise<void> {
  await atTask()(ada);
  await ada.page.getByRole('button', { name: 'Actions for “Plain”', exact: true }).click();
  await ada.page.getByRole('menuitem', { name: 'Make a subtask of…' }).press('Enter');
}

/** The title of a task where it stands in a list. */
async function atRow(ada: Person): Promise<void> {
  const title = randomUUID();
  await ada.create({ title, tags: ['row'] });
  await at('/tags/row')(ada);
  await ada.retitle(title, '');
}

async function atProject(ada: Person): Promise<void> {
  const { id } = await ada.ask<{ id: string }>('POST', '/projects', { name: 'Garden' });
  await at(`/projects/${id}`, 'Actions for “Garden”')(ada);
  await ada.page.getByRole('menuitem', { name: 'Name and colour…' }).click();
}

async function atImport(ada: Person): Promise<void> {
  const { page } = ada;
  await at('/settings/data')(ada);
  await page.getByRole('combobox', { name: 'Format' }).click();
  await page.getByRole('option', { name: 'Todoist project (CSV)' }).click();
  await page.getByLabel('File').setInputFiles(table([['TYPE', 'CONTENT'], ['task', IMAGE]]));
}

async function atDay(ada: Person): Promise<void> {
  await at('/calendar?view=week&day=2099-06-02')(ada);
  await ada.page.getByRole('button', { name: /^Add a task on/ }).first().click();
}

const atKey = (path: string, key: string) => async (ada: Person): Promise<void> => {
  await at(path)(ada);
  await ada.page.keyboard.press(key);
};

const label = (name: string) => (page: Page) => page.getByLabel(name, { exact: true });
const box = (name: string) => (page: Page) => page.getByRole('textbox', { name, exact: true });
const boxOfDialog = (page: Page) => page.getByRole('dialog').getByRole('textbox');
const chooser = (page: Page) => page.getByRole('combobox');

const says = (words: string | RegExp) => (page: Page) => page.getByText(words);
const heading = (page: Page, text: string) => page.getByRole('heading', { name: text });
const option = (page: Page, text: string) => page.getByRole('option', { name: text });
const button = (name: (text: string) => string) => (page: Page, text: string) =>
  page.getByRole('button', { name: name(text), exact: true });

const NO_ADDRESS = 'Enter a valid e-mail address';

/** Forms of who is nobody yet. */
const AT_THE_DOOR: readonly Field[] = [
  { open: (ada) => ada.open('/sign-up'), fields: [label('Name'), label('E-mail'), label('Password')], most: 1000, seen: says(NO_ADDRESS) },
  { open: (ada) => ada.open('/sign-in'), fields: [label('E-mail'), label('Password')], most: 1000, seen: says(NO_ADDRESS) },
];

/** Every field for text, but for those of which the trials below have more to say. */
const FIELDS: readonly Field[] = [
  // The page is drawn anew with the name that is kept; what is typed is no attribute.
  { open: at('/settings'), fields: [label('Name')], most: 100, seen: (page, text) => page.locator(`input[value=${JSON.stringify(text)}]`) },
  { open: at('/settings'), fields: [label('E-mail address')], most: 1000, seen: says(NO_ADDRESS) },
  { open: at('/settings'), fields: [label('Current password'), label('New password')], most: 1000, seen: says(/^Use at most/) },
  {
    open: at('/settings/data', 'Delete account…'),
    fields: [label('Your e-mail address, to confirm'), label('Password')],
    most: 1000,
    seen: says(NO_ADDRESS),
  },
  { open: atImport, fields: [label('Import into project')], most: 100, seen: (page, text) => page.locator('aside').getByText(text, { exact: true }) },
  { open: at('/settings/tokens', 'New token'), fields: [label('What it’s for')], most: 100, seen: button((text) => `Revoke ${text}`) },
  { open: at('/settings/webhooks', 'Add a webhook'), fields: [label('Address (https)')], most: 2000, seen: says(/must be a URL/) },
  { open: at('/inbox', 'New project'), fields: [boxOfDialog], most: 100, seen: heading },
  { open: atProject, fields: [boxOfDialog], most: 100, seen: heading },
  { open: atKey('/statistics', 'q'), fields: [boxOfDialog], most: 200, seen: says('Task added') },
  { open: atDay, fields: [boxOfDialog], most: 200, seen: button((text) => `Open “${text}”`) },
  { open: atRow, fields: [box('Title')], most: 200, seen: button((text) => `Open “${text}”`) },
  { open: atTask(), fields: [box('Title')], most: 200, seen: button((text) => `Actions for “${text}”`) },
  { open: atTask(), fields: [box('Description')], most: 10_000, key: 'Tab', seen: (page) => page.getByRole('group', { name: 'Description' }) },
  { open: atTask(), fields: [box('Add a subtask')], most: 200, seen: button((text) => text) },
  {
    open: atTask('due'),
    fields: [box('Type a date')],
    seen: (page) => page.getByRole('status', { name: 'Understood' }).getByText('No date found'),
  },
  // There is no such priority.
  { open: atTask('priority'), fields: [chooser], seen: (page) => page.getByRole('listbox').filter({ hasNot: page.getByRole('option') }) },
  { open: atTask('project'), fields: [chooser], seen: option },
  { open: atTask('tags'), fields: [chooser], seen: (page, text) => option(page, `Create “${text}”`) },
  { open: atWholes, fields: [chooser], seen: option },
  { open: atKey('/inbox', 'Control+k'), fields: [chooser], seen: (page, text) => option(page, `Add “${text}”`) },
];

/** The pages of a browser that have taken a text for more, from now on. */
async function hurtOf(context: BrowserContext): Promise<string[]> {
  const hurt: string[] = [];
  await context.exposeBinding('report', (_, page: string) => void hurt.push(page));
  await context.addInitScript(() => {
    const page = window as unknown as { report: (page: string) => void };
    Object.defineProperty(window, 'hurt', { set: () => page.report(window.location.href) });
  });
  return hurt;
}

/** Tasks and projects that are called like that. */
async function plant(ada: Person): Promise<void> {
  for (const [index, text] of CORPUS.entries()) {
    const project = await ada.ask<{ id: string; name: string }>('POST', '/projects', { name: `${index} ${text}`.slice(0, 100) });
    await ada.create({ title: text, description: text, tags: [`${index}${text}`.replaceAll(/[\s,]/g, '').slice(0, 50)], project_id: project.id });
  }
}

trial('every field takes text for text', async (stage) => {
  const ada = await stage.stranger();
  const hurt = await hurtOf(ada.context);
  for (const form of AT_THE_DOOR) await fill(ada, form);
  await ada.signUp();
  await plant(ada);
  for (const field of FIELDS) await fill(ada, field);
  expect(hurt).toEqual([]);
});

trial('whatever is kept of what was typed is text wherever it is seen', async (stage) => {
  const account = { name: IMAGE, email: `xss-${Date.now()}@taskflow.example` };
  const ada = await stage.stranger(undefined, account);
  const { page } = ada;
  const hurt = await hurtOf(ada.context);
  await ada.signUp();
  await page.getByRole('button', { name: 'Account menu' }).click();
  await page.getByRole('menu').getByText(account.name).waitFor();
  await page.keyboard.press('Escape');
  await plant(ada);
  const { id: deleted } = await ada.create({ title: `Deleted ${IMAGE}` });
  await ada.ask('DELETE', `/tasks/${deleted}`);
  await ada.open('/dashboard');
  await ada.isConnected();
  for (const text of CORPUS) {
    await ada.row(text).getByRole('button', { name: `Open “${text}”`, exact: true }).click();
    const sheet = page.getByRole('dialog', { name: 'Task details' });
    const notes = sheet.getByRole('group', { name: 'Description' });
    await notes.waitFor();
    expect(await notes.locator('a, img, iframe, script').count()).toBe(0);
    await notes.getByRole('button', { name: 'Edit description' }).click();
    await expect.poll(() => sheet.getByRole('textbox', { name: 'Description' }).inputValue()).toBe(text);
    await page.keyboard.press('Escape');
  }
  const { id: ofNotes } = await ada.create({ title: 'Noted', description: NOTES.join('\n\n') });
  await ada.row('Noted').getByRole('button', { name: 'Open' }).click();
  const noted = page.getByRole('group', { name: 'Description' });
  await noted.getByRole('link').first().waitFor();
  const links = await noted.getByRole('link').all();
  expect(links).toHaveLength(4);
  for (const link of links) {
    await link.hover();
    expect(new URL((await link.getAttribute('href')) ?? '').host).toBe('evil.example');
    expect(await link.getAttribute('rel')).toBe('noopener noreferrer');
  }
  expect(await noted.locator('img, iframe, script').count()).toBe(0);
  await page.keyboard.press('Escape');
  await ada.ask('DELETE', `/tasks/${ofNotes}`);
  // By hand.
  for (const text of CORPUS) await ada.add(`${text} tomorrow`);
  // A title that the assistant repeats is text in its answer, too, and so is what is said to it.
  const panel = await ada.openAssistant();
  const log = panel.getByRole('log');
  await ada.tellAssistant('list');
  for (const text of CORPUS) await panel.getByRole('listitem').filter({ hasText: text }).first().waitFor();
  for (const text of CORPUS) {
    await ada.tellAssistant(`find ${text}`);
    await log.getByText(`find ${text}`, { exact: true }).first().waitFor();
  }
  await panel.getByRole('button', { name: 'Send', exact: true }).waitFor();
  expect(await panel.locator('a, img, iframe, script').count()).toBe(0);
  await panel.getByRole('button', { name: 'Conversations' }).click();
  const conversations = panel.getByRole('searchbox', { name: 'Search conversations' });
  for (const text of CORPUS) {
    // What is typed on at once is not looked for.
    const found = page.waitForResponse((answer) => new URL(answer.url()).searchParams.get('q') === text);
    await conversations.fill(text);
    await found;
    await panel.getByRole('listitem').filter({ hasText: text }).first().waitFor();
  }
  expect(await panel.locator('a, img, iframe, script').count()).toBe(0);
  await panel.getByRole('button', { name: 'Close the assistant' }).click();

  await atTask('tags')(ada);
  await chooser(page).fill('<b>tag</b>');
  await option(page, 'Create').click();
  // It is kept when the list is closed.
  await page.keyboard.press('Escape');
  await page.locator('aside').getByText('<b>tag</b>', { exact: true }).waitFor();
  await at('/settings/webhooks', 'Add a webhook')(ada);
  await page.getByLabel('Address (https)').fill('https://hooks.taskflow.example/"onmouseover="window.hurt=1"');
  await page.getByRole('button', { name: 'Add the webhook' }).click();
  // It is refused, or listed: as text.
  await page.getByText(/URL|Signing secret/).first().waitFor();
  await at('/search')(ada);
  for (const text of CORPUS) {
    await page.getByRole('searchbox', { name: 'Search in titles and descriptions' }).fill(text);
    await expect.poll(() => new URL(page.url()).searchParams.get('q')).toBe(text);
  }

  await at('/inbox')(ada);
  const soon = new Date(Date.now() + 5_000).toISOString();
  for (const title of lines(200)) await ada.create({ title, reminders: [{ when: { kind: 'at', at: soon } }] });
  await page.getByText(/^Reminder: .*window\.hurt=1/).first().waitFor();
  await page.getByRole('link', { name: /^Notifications, / }).click();
  for (const title of lines(200)) await page.locator('main').getByRole('listitem').filter({ hasText: title }).waitFor();
  expect(await page.locator(ELEMENTS).count()).toBe(0);

  const places = [
    '/inbox',
    '/upcoming',
    '/board',
    '/board?by=project',
    '/calendar?view=week',
    `/search?q=${encodeURIComponent(CORPUS[0] ?? '')}`,
    `/tags/${encodeURIComponent('<b>tag</b>')}`,
    `/today?add=${encodeURIComponent(IMAGE)}`,
    '/trash',
    '/history',
    '/statistics',
    '/notifications',
  ];
  for (const place of places) {
    await at(place)(ada);
    await ada.isDrawn();
    expect(await page.locator(ELEMENTS).count(), place).toBe(0);
  }
  await ada.losesSession();
  await ada.open('/sign-in?next=javascript:window.hurt=1');
  await ada.signInHere();
  await page.waitForURL('**/dashboard');
  await ada.isConnected();
  expect(hurt).toEqual([]);
});

trial('whatever comes in a file, from another window or by a program is text, too', async (stage) => {
  const ada = await stage.newcomer();
  const { page } = ada;
  const hurt = await hurtOf(ada.context);
  await ada.open('/settings/data');
  await ada.isConnected();
  const importFile = async (rows: readonly (readonly string[])[]) => {
    await page.getByLabel('File').setInputFiles(table(rows));
    await page.getByRole('button', { name: 'Import', exact: true }).click();
  };
  // What is wrong with it is said in its own words.
  await importFile([['title', IMAGE]]);
  await page.getByText('There is no column').waitFor();
  await importFile([['title', 'description', 'project'], ...CORPUS.map((text, index) => [text, text, `${index} ${text}`.slice(0, 100)])]);
  await page.getByText(/9 tasks/).first().waitFor();
  expect(await page.locator('main').locator(ELEMENTS).count()).toBe(0);

  const robot = await Program.of(ada, IMAGE);
  const { items } = await ada.ask<{ items: Task[] }>('GET', '/tasks');
  await robot.call('batch_tasks', { operations: items.map(({ id }) => ({ op: 'delete', task_id: id })) });
  await ada.open('/confirmations');
  await ada.isConnected();
  await page.getByRole('heading', { name: 'Delete 9 tasks?' }).waitFor();
  await page.locator('main').getByText(`“${IMAGE}”`).waitFor();
  for (const text of CORPUS) await page.getByRole('button', { name: `Open “${text}”`, exact: true }).waitFor();
  expect(await page.locator('main').locator(ELEMENTS).count()).toBe(0);

  const { id } = await ada.create({ title: 'Before', tags: ['home'] });
  const [mine, theirs] = [CORPUS.slice(0, 5).join(' '), CORPUS.slice(5).join(' ')];
  await ada.open('/tags/home');
  await ada.isConnected();
  await ada.hasTools('Before');
  const field = await ada.retitle('Before', mine);
  const heard = page.waitForResponse((answer) => answer.url().includes(`/tasks?id=${id}`));
  await ada.ask('PATCH', `/tasks/${id}`, { title: theirs });
  await heard;
  await field.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Changed in two places' });
  await expect.poll(() => dialog.getByRole('cell').allInnerTexts()).toEqual([mine, theirs]);
  expect(await dialog.locator(ELEMENTS).count()).toBe(0);
  await dialog.getByRole('button', { name: 'Keep mine' }).click();
  await dialog.waitFor({ state: 'detached' });

  let name = 'home';
  for (const text of CORPUS) {
    const next = text.replaceAll(/[\s,]/g, '').slice(0, 50);
    await ada.rename('tag', name, next);
    await page.getByRole('button', { name: `Actions for “${next}”`, exact: true }).waitFor();
    name = next;
  }
  expect(await page.locator('main').locator(ELEMENTS).count()).toBe(0);
  expect(hurt).toEqual([]);
});
