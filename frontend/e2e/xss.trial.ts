import type { BrowserContext } from 'playwright-core';
import { expect } from 'vitest';
import type { Task } from '@/lib/api';
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

trial('whatever is typed into a field is text', async (stage) => {
  const account = { name: IMAGE, email: `xss-${Date.now()}@taskflow.example` };
  const ada = await stage.stranger(undefined, account);
  const { page } = ada;
  const hurt = await hurtOf(ada.context);
  await ada.signUp();
  await page.getByRole('button', { name: 'Account menu' }).click();
  await page.getByRole('menu').getByText(account.name).waitFor();
  await page.keyboard.press('Escape');
  for (const [index, text] of CORPUS.entries()) {
    const project = await ada.ask<{ id: string; name: string }>('POST', '/projects', { name: `${index} ${text}`.slice(0, 100) });
    await ada.create({ title: text, description: text, tags: [`${index}${text}`.replaceAll(/[\s,]/g, '').slice(0, 50)], project_id: project.id });
  }
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
  // By hand, through every field there is.
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
  for (const text of CORPUS) await conversations.fill(text);
  await conversations.fill('find');
  await panel.getByRole('listitem').filter({ hasText: IMAGE }).first().waitFor();
  expect(await panel.locator('a, img, iframe, script').count()).toBe(0);
  await panel.getByRole('button', { name: 'Close the assistant' }).click();

  await ada.create({ title: 'Harmless' });
  await (await ada.retitle('Harmless', `Renamed ${IMAGE}`)).press('Enter');
  await ada.row(`Renamed ${IMAGE}`).getByRole('button', { name: 'Open' }).click();
  const sheet = page.getByRole('dialog', { name: 'Task details' });
  await sheet.getByRole('textbox', { name: 'Description' }).fill(`Described ${IMAGE}`);
  const subtask = sheet.getByRole('textbox', { name: 'Add a subtask' });
  await subtask.fill(`Part ${IMAGE}`);
  await subtask.press('Enter');
  await sheet.getByRole('button', { name: `Part ${IMAGE}`, exact: true }).waitFor();
  await sheet.getByRole('button', { name: 'Tags' }).click();
  await page.getByRole('dialog', { name: 'Tags' }).getByRole('combobox').fill('<b>tag</b>');
  await page.getByRole('option', { name: 'Create' }).click();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'New project' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill(`Project ${IMAGE}`);
  await page.getByRole('button', { name: 'Create project' }).click();
  await page.getByRole('heading', { name: `Project ${IMAGE}` }).waitFor();
  await ada.rename('project', `Project ${IMAGE}`, `Yard ${IMAGE}`);
  await page.getByRole('heading', { name: `Yard ${IMAGE}` }).waitFor();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill('<script>');
  await page.getByRole('option').first().waitFor();
  await ada.open('/settings/tokens');
  await ada.isConnected();
  await page.getByRole('button', { name: 'New token' }).click();
  await page.getByLabel('What it’s for').fill(`Token ${IMAGE}`);
  await page.getByRole('button', { name: 'Create token' }).click();
  await page.getByText(`Token ${IMAGE}`).waitFor();
  await ada.open('/settings/webhooks');
  await ada.isConnected();
  await page.getByRole('button', { name: 'Add a webhook' }).click();
  await page.getByLabel('Address (https)').fill('https://hooks.taskflow.example/"onmouseover="window.hurt=1"');
  await page.getByRole('button', { name: 'Add the webhook' }).click();
  // It is refused, or listed: as text.
  await page.getByText(/URL|Signing secret/).first().waitFor();
  await ada.open('/settings');
  await ada.isConnected();
  const save = (label: string) =>
    page.locator('form').filter({ has: page.getByLabel(label, { exact: true }) }).getByRole('button', { name: 'Save' }).click();
  await page.getByLabel('Name', { exact: true }).fill(`Countess ${IMAGE}`);
  await save('Name');
  await page.getByText('Saved').waitFor();
  await page.getByLabel('E-mail address', { exact: true }).fill(IMAGE);
  await save('E-mail address');
  await page.getByText('Enter a valid e-mail address').waitFor();
  await ada.open('/search');
  await ada.isConnected();
  for (const text of CORPUS) {
    await page.getByRole('searchbox', { name: 'Search in titles and descriptions' }).fill(text);
    await expect.poll(() => new URL(page.url()).searchParams.get('q')).toBe(text);
  }

  const places = [
    '/board',
    '/board?by=project',
    '/calendar?view=week',
    `/search?q=${encodeURIComponent(CORPUS[0] ?? '')}`,
    `/tags/${encodeURIComponent('<b>tag</b>')}`,
    `/today?add=${encodeURIComponent(IMAGE)}`,
    '/trash',
    '/history',
    '/statistics',
  ];
  for (const place of places) {
    await ada.open(place);
    await ada.isConnected();
    await ada.isDrawn();
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
  const elements = 'img, iframe';
  await ada.open('/settings/data');
  await ada.isConnected();
  const importFile = async (lines: readonly (readonly string[])[]) => {
    const csv = lines.map((cells) => cells.map((text) => `"${text.replaceAll('"', '""')}"`).join()).join('\n');
    await page.getByLabel('File').setInputFiles({ name: `${IMAGE}.csv`, mimeType: 'text/csv', buffer: Buffer.from(csv) });
    await page.getByRole('button', { name: 'Import', exact: true }).click();
  };
  // What is wrong with it is said in its own words.
  await importFile([['title', IMAGE]]);
  await page.getByText('There is no column').waitFor();
  await importFile([['title', 'description', 'project'], ...CORPUS.map((text, index) => [text, text, `${index} ${text}`.slice(0, 100)])]);
  await page.getByText(/9 tasks/).first().waitFor();
  expect(await page.locator('main').locator(elements).count()).toBe(0);

  const robot = await Program.of(ada, IMAGE);
  const { items } = await ada.ask<{ items: Task[] }>('GET', '/tasks');
  await robot.call('batch_tasks', { operations: items.map(({ id }) => ({ op: 'delete', task_id: id })) });
  await ada.open('/confirmations');
  await ada.isConnected();
  await page.getByRole('heading', { name: 'Delete 9 tasks?' }).waitFor();
  await page.locator('main').getByText(`“${IMAGE}”`).waitFor();
  for (const text of CORPUS) await page.getByRole('button', { name: `Open “${text}”`, exact: true }).waitFor();
  expect(await page.locator('main').locator(elements).count()).toBe(0);

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
  expect(await dialog.locator(elements).count()).toBe(0);
  await dialog.getByRole('button', { name: 'Keep mine' }).click();
  await dialog.waitFor({ state: 'detached' });

  let name = 'home';
  for (const text of CORPUS) {
    const next = text.replaceAll(/[\s,]/g, '').slice(0, 50);
    await ada.rename('tag', name, next);
    await page.getByRole('button', { name: `Actions for “${next}”`, exact: true }).waitFor();
    name = next;
  }
  expect(await page.locator('main').locator(elements).count()).toBe(0);
  expect(hurt).toEqual([]);
});
