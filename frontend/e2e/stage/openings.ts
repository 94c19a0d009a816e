import type { Person } from './person';

/** Takes a picture of what is seen, and has axe find what keeps people out. */
export type Look = (name: string, except?: readonly string[]) => Promise<void>;

/** Nobody has done anything yet. */
export async function lookAtEmpty(ada: Person, look: Look): Promise<void> {
  const empty = [
    ['empty', '/dashboard'],
    ['empty-today', '/today'],
    ['empty-board', '/board'],
    ['empty-search', '/search?q=nothing'],
  ] as const;
  for (const [name, path] of empty) {
    await ada.open(path);
    await ada.isConnected();
    await ada.isDrawn();
    await look(name);
  }
}

/** What opens over the views, as they are furnished: by pickers, menus and forms. */
export async function lookAtOpenings(ada: Person, look: Look): Promise<void> {
  await pickers(ada, look);
  await menus(ada, look);
  await conflict(ada, look);
  await secrets(ada, look);
}

/** What is wrong, or not there. */
export async function lookAtFailures(ada: Person, look: Look): Promise<void> {
  const { page } = ada;
  await page.route('**/api/backend/webhooks', (route) => route.fulfill({ status: 500, json: {} }));
  await ada.open('/settings/webhooks');
  await ada.isConnected();
  await page.getByRole('button', { name: 'Try again' }).waitFor();
  await look('failed');
  await page.unroute('**/api/backend/webhooks');
  await ada.open('/today?task=0193a5b2-0000-7000-8000-000000000001');
  await ada.isConnected();
  await page.getByRole('dialog', { name: 'Task details' }).getByRole('button', { name: 'Close' }).waitFor();
  await look('failed-task');
  await ada.open('/nowhere');
  await page.getByRole('heading').waitFor();
  await look('not-found');
}

async function pickers(ada: Person, look: Look): Promise<void> {
  const { page } = ada;
  await ada.open('/dashboard');
  await ada.isConnected();
  await ada.row('Prune the roses').getByRole('button', { name: 'Open' }).click();
  const sheet = page.getByRole('dialog', { name: 'Task details' });
  const properties = [
    ['Due', 'Due date'],
    ['Priority', 'Priority'],
    ['Project', 'Project'],
    ['Tags', 'Tags'],
  ] as const;
  for (const [property, title] of properties) {
    await sheet.getByRole('button', { name: new RegExp(`^${property}`) }).click();
    const picker = page.getByRole('dialog', { name: title, exact: true });
    await picker.waitFor();
    await look(`picker-${property.toLowerCase()}`);
    await page.keyboard.press('Escape');
    await picker.waitFor({ state: 'detached' });
  }
  await ada.open('/calendar');
  await ada.isConnected();
  const add = /^Add a task on/;
  await page.getByRole('button', { name: add }).first().click();
  await page.getByRole('dialog', { name: add }).waitFor();
  await look('calendar-add');
}

async function menus(ada: Person, look: Look): Promise<void> {
  const { page } = ada;
  const menu = page.getByRole('menu');
  // It stands beside the landmarks, and is left by whatever leads elsewhere.
  const except = ['region'];
  await ada.open('/dashboard');
  await ada.isConnected();
  await page.getByRole('button', { name: 'Account menu' }).click();
  await menu.waitFor();
  await look('menu-account', except);
  await page.keyboard.press('Escape');
  await menu.waitFor({ state: 'detached' });
  await page.getByRole('navigation', { name: 'Main' }).first().getByRole('link', { name: 'Garden' }).click();
  await page.getByRole('button', { name: 'Actions for “Garden”' }).click();
  await menu.waitFor();
  await look('menu-project', except);
  await page.keyboard.press('Escape');
  await menu.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'New project' }).click();
  await page.getByRole('dialog').getByLabel('Name').waitFor();
  await look('project-new');
}

/** Both versions of a task, and what is said in passing when one of them has been chosen. */
async function conflict(ada: Person, look: Look): Promise<void> {
  const { page } = ada;
  const { id } = await ada.create({ title: 'Book the ferry' });
  await ada.open('/inbox');
  await ada.isConnected();
  await ada.hasTools('Book the ferry');
  const field = await ada.retitle('Book the ferry', 'Book the early ferry');
  const heard = page.waitForResponse((answer) => answer.url().includes(`/tasks?id=${id}`));
  await ada.ask('PATCH', `/tasks/${id}`, { title: 'Book the late ferry' });
  await heard;
  await field.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Changed in two places' });
  await dialog.getByRole('cell', { name: 'Book the late ferry' }).waitFor();
  await look('conflict');
  await dialog.getByRole('button', { name: 'Keep mine' }).click();
  await dialog.waitFor({ state: 'detached' });
  // It goes on standing for whoever points at it.
  await page.getByRole('button', { name: 'Undo', exact: true }).hover();
  await look('toast');
}

/** Forms of the settings, and what the server tells only once. */
async function secrets(ada: Person, look: Look): Promise<void> {
  const { page } = ada;
  const copy = page.getByRole('button', { name: 'Copy' });
  await ada.open('/settings/tokens');
  await ada.isConnected();
  await page.getByRole('button', { name: 'New token' }).click();
  await page.getByRole('button', { name: 'Limit it further' }).click();
  await look('token-form');
  const name = page.getByRole('textbox', { name: /^What it/ });
  await name.fill('Robot');
  await name.press('Enter');
  await copy.waitFor();
  await look('token-secret');
  await ada.open('/settings/webhooks');
  await ada.isConnected();
  await page.getByRole('button', { name: 'Add a webhook' }).click();
  const url = page.getByLabel('Address (https)');
  await url.waitFor();
  await look('webhook-form');
  await url.fill('https://hooks.taskflow.example/ada');
  await url.press('Enter');
  await copy.waitFor();
  await look('webhook-secret');
}
