import { faint, lookAround, type Look } from './stage/look';
import type { Person } from './stage/person';
import { trial } from './stage/trial';
import { furnish } from './stage/views';

const OPENINGS = {
  'over a task': [typing, task, pickers],
  'from anywhere': [assistant, commands, menus],
  'once in a while': [conflict, secrets, ends],
};

for (const [when, openings] of Object.entries(OPENINGS)) {
  trial(`nothing that opens ${when} keeps anybody out`, (stage) =>
    lookAround(
      stage,
      async (ada, look) => {
        await furnish(ada);
        await ada.isConnected();
        for (const open of openings) await open(ada, look);
      },
      // Nothing but its colours is different.
      faint,
    ),
  );
}

/** For menus and lists: they stand beside the landmarks, and are left by whatever leads elsewhere. */
const BESIDE = ['region'];

/** What is said of a line while it is typed. */
async function typing(ada: Person, look: Look): Promise<void> {
  const { page } = ada;
  await ada.open('/dashboard');
  await ada.isConnected();
  await page.getByRole('textbox', { name: 'New task' }).fill('Call mum tomorrow at 9:00 #family !high every week');
  await page.getByRole('status', { name: 'Understood' }).waitFor();
  await look('quick-add');
  await page.getByRole('textbox', { name: 'New task' }).fill('Call mum #ho');
  await page.getByRole('option', { name: 'home', exact: true }).waitFor();
  await look('type-ahead');
  // Closes the list; then it is a field like any other, and Escape leaves that.
  await page.keyboard.press('Escape');
  await page.getByRole('textbox', { name: 'New task' }).fill('');
  await page.keyboard.press('Escape');
  await page.keyboard.press('q');
  await page.getByRole('dialog', { name: 'New task' }).getByRole('textbox').fill('Call mum tomorrow #family');
  await page.getByRole('status', { name: 'Understood' }).waitFor();
  await look('quick-add-dialog');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

/** Tasks that are selected, and one that is open. */
async function task(ada: Person, look: Look): Promise<void> {
  const { page } = ada;
  await ada.hasTools('Water the plants');
  await page.getByRole('button', { name: 'Open “Water the plants”' }).click({ modifiers: ['ControlOrMeta'] });
  await page.getByRole('toolbar', { name: 'Selected tasks' }).waitFor();
  await look('selected');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Open “Water the plants”' }).click();
  const sheet = page.getByRole('dialog', { name: 'Task details' });
  await sheet.waitFor();
  await look('task');
  await sheet.getByRole('button', { name: 'Repeat' }).click();
  await page.getByText('The next dates').waitFor();
  await page.getByRole('button', { name: 'Something else…' }).click();
  await look('recurrence');
  await page.keyboard.press('Escape');
  await sheet.getByRole('button', { name: 'Reminders' }).click();
  await page.getByRole('dialog', { name: 'Reminders' }).waitFor();
  await look('reminders');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
}

/** What the assistant says, and asks. */
async function assistant(ada: Person, look: Look): Promise<void> {
  const { page } = ada;
  const panel = await ada.openAssistant();
  await panel.getByText('What can I help with?').waitFor();
  await look('assistant');
  await ada.tellAssistant('add Buy seeds for the spring !high');
  await panel.getByRole('button', { name: 'Undo' }).waitFor();
  await look('assistant-answer');
  const { id: parent_id } = await ada.create({ title: 'Move house' });
  for (let box = 1; box <= 5; box += 1) await ada.create({ title: `Box ${box}`, parent_id });
  await ada.tellAssistant('delete Move house');
  await panel.getByRole('group', { name: 'The assistant asks' }).waitFor();
  await look('assistant-question');
  await panel.getByRole('button', { name: 'Conversations' }).click();
  await panel.getByRole('listitem').first().waitFor();
  await look('assistant-conversations');
  await panel.getByRole('button', { name: 'Close the assistant' }).click();
  await page.getByRole('link', { name: '1 request needs your approval' }).click();
  await page.getByRole('heading', { name: 'Delete 6 tasks?' }).waitFor();
  await look('confirmations-question');
}

async function commands({ page }: Person, look: Look): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog', { name: 'Search and commands' }).waitFor();
  await look('palette');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await look('help');
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
  const opened = async (button: string, name: string) => {
    await page.getByRole('button', { name: button, exact: true }).click();
    await menu.waitFor();
    await look(name, BESIDE);
  };
  const closed = async () => {
    await page.keyboard.press('Escape');
    await menu.waitFor({ state: 'detached' });
  };
  await ada.open('/dashboard');
  await ada.isConnected();
  await opened('Account menu', 'menu-account');
  await closed();
  await opened('View', 'menu-view');
  await closed();
  await ada.row('Prune the roses').hover();
  await opened('Actions for “Prune the roses”', 'menu-task');
  await page.getByRole('menuitem', { name: 'Make a subtask of…' }).press('Enter');
  const wholes = page.getByRole('dialog', { name: 'Make a subtask of' });
  await wholes.waitFor();
  await look('picker-whole');
  await page.keyboard.press('Escape');
  await wholes.waitFor({ state: 'detached' });
  await page.getByRole('navigation', { name: 'Main' }).first().getByRole('link', { name: 'Garden' }).click();
  await opened('Actions for “Garden”', 'menu-project');
  await closed();
  await page.getByRole('button', { name: 'New project' }).click();
  await page.getByRole('dialog').getByLabel('Name').waitFor();
  await look('project-new');
  await ada.open('/search');
  await ada.isConnected();
  await page.getByRole('combobox', { name: 'Status' }).click();
  await page.getByRole('listbox').waitFor();
  await look('select', BESIDE);
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
  await page.getByRole('button', { name: 'New secret…' }).click();
  const question = page.getByRole('dialog', { name: 'Make a new signing secret?' });
  await question.waitFor();
  await look('question');
  await page.keyboard.press('Escape');
  await question.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Send a test' }).click();
  const outcome = page.getByRole('table').getByText(/^(?:Failed|Unknown)/).first();
  await outcome.waitFor();
  // Once more, without what is said in passing.
  await ada.open('/settings/webhooks');
  await ada.isConnected();
  await page.getByRole('button', { name: 'Deliveries' }).click();
  await outcome.waitFor();
  await look('deliveries');
}

/** Before somebody leaves, for good or without a network. */
async function ends(ada: Person, look: Look): Promise<void> {
  const { page } = ada;
  await ada.open('/settings/data');
  await ada.isConnected();
  await page.getByRole('button', { name: 'Delete account…' }).click();
  await page.getByRole('button', { name: 'Delete for good' }).waitFor();
  await look('account-delete');
  // The menu comes when somebody reaches for it, which takes a network.
  await page.getByRole('button', { name: 'Account menu' }).click();
  await page.getByRole('menu').waitFor();
  await ada.context.setOffline(true);
  await ada.isConnected('offline');
  await page.getByRole('menuitem', { name: 'Sign out' }).press('Enter');
  await page.getByRole('dialog', { name: 'Sign out?' }).waitFor();
  await look('sign-out');
}
