import { expect } from 'vitest';
import type { Task } from '@/lib/api';
import type { Person } from './stage/person';
import { Program } from './stage/program';
import { PHONE, trial } from './stage/trial';

const count = async (ada: Person) => (await ada.ask<{ items: Task[] }>('GET', '/tasks')).items.length;

trial('the assistant adds a task, completes it, and takes that back', async (stage) => {
  const ada = await stage.newcomer();
  await ada.isConnected();
  const panel = await ada.openAssistant();
  const log = panel.getByRole('log');

  await ada.tellAssistant('add Buy milk tomorrow !high');
  await ada.sees('Buy milk');
  await log.getByText('Added “Buy milk”').first().waitFor();
  await ada.tellAssistant('complete Buy milk');
  await ada.seesNo('Buy milk');
  // A card for each turn that changed something: the second one's is last.
  await expect.poll(() => log.getByRole('button', { name: 'Undo' }).count()).toBe(2);
  await log.getByRole('button', { name: 'Undo' }).last().click();
  await ada.sees('Buy milk');
  await expect
    .poll(() => ada.ask<{ items: Task[] }>('GET', '/tasks'))
    .toMatchObject({ items: [{ title: 'Buy milk', priority: 'high', completed: false }] });

  // Closed, it keeps what was said; and another page finds it by what was said in it.
  await panel.getByRole('button', { name: 'Close the assistant' }).click();
  await ada.openAssistant();
  await log.getByText('complete Buy milk', { exact: true }).waitFor();
  await ada.page.reload();
  await ada.isConnected();
  await ada.openAssistant();
  await panel.getByRole('button', { name: 'Conversations' }).click();
  await panel.getByRole('searchbox', { name: 'Search conversations' }).fill('complete mil');
  await panel.getByRole('listitem').filter({ hasText: 'complete Buy milk' }).getByRole('button').click();
  await log.getByText('complete Buy milk', { exact: true }).waitFor();

  await panel.getByRole('button', { name: 'Conversations' }).click();
  const archive = panel.getByRole('button', { name: /^Archive “/ });
  await archive.click();
  await panel.getByText('No conversations yet').waitFor();
  await ada.page.getByRole('button', { name: 'Undo', exact: true }).click();
  await archive.click();
  await panel.getByText('No conversations yet').waitFor();

  // What is in the archive is found there, and comes back from it.
  const archived = panel.getByRole('button', { name: 'Archived', exact: true });
  await archived.click();
  await panel.getByRole('button', { name: /^Bring back “/ }).click();
  await panel.getByText('The archive is empty').waitFor();
  await archived.click();
  await panel.getByRole('listitem').first().waitFor();
});

trial('the assistant asks before it takes many tasks off the list', async (stage) => {
  const ada = await stage.newcomer();
  const parent = await ada.create({ title: 'Move house' });
  for (let part = 1; part <= 6; part += 1) await ada.create({ title: `Box ${part}`, parent_id: parent.id });
  await ada.open('/dashboard');
  await ada.isConnected();
  const panel = await ada.openAssistant();
  const questions = panel.getByRole('group', { name: 'The assistant asks' });
  const marks = (name: string) => panel.getByRole('img', { name, exact: true });

  await ada.tellAssistant('delete Move house');
  await questions.getByText('“Box 6”: delete').waitFor();
  await questions.getByRole('button', { name: 'No', exact: true }).click();
  await questions.getByText('You said no; nothing has changed.').waitFor();
  await expect.poll(() => questions.getByRole('button').count()).toBe(0);
  expect(await count(ada)).toBe(7);
  // To ask is not to do.
  expect([await marks('Not done').count(), await marks('Done').count()]).toEqual([1, 0]);

  await ada.tellAssistant('delete Move house');
  await questions.last().getByRole('button', { name: 'Yes, do it' }).click();
  await ada.seesNo('Move house');
  await panel.getByRole('button', { name: 'Undo' }).last().click();
  await ada.sees('Move house');
  await expect.poll(() => count(ada)).toBe(7);
  expect([await marks('Not done').count(), await marks('Done').count()]).toEqual([2, 1]);
});

trial('what a program would do to many tasks waits on a page of its own', async (stage) => {
  const ada = await stage.newcomer();
  const robot = await Program.of(ada, 'Robot');
  const titles = [1, 2, 3, 4, 5, 6].map((number) => `Old ${number}`);
  const ids = await Promise.all(titles.map(async (title) => (await ada.create({ title })).id));
  const clear = () => robot.call('batch_tasks', { operations: ids.map((task_id) => ({ op: 'delete', task_id })) });
  await ada.open('/today');
  await ada.isConnected();

  expect(await clear()).toContain('/confirmations');
  await ada.page.getByRole('link', { name: '1 request needs your approval' }).click();
  const question = ada.page.getByRole('listitem', { name: 'Delete 6 tasks?' });
  await question.getByText('Requested by an app with the token “Robot”').waitFor();
  for (const title of titles) await question.getByRole('button', { name: `Open “${title}”` }).waitFor();
  await question.getByRole('button', { name: 'No', exact: true }).click();
  await ada.page.getByText('Nothing needs your approval').waitFor();
  await ada.page.getByRole('link', { name: 'needs your approval' }).waitFor({ state: 'detached' });
  expect(await count(ada)).toBe(6);

  await clear();
  await question.getByRole('button', { name: 'Yes, do it' }).click();
  await expect.poll(() => count(ada)).toBe(0);
  await ada.page.getByRole('button', { name: 'Undo', exact: true }).click();
  await expect.poll(() => count(ada)).toBe(6);
});

trial('a token that is granted some tools and one project says so', async (stage) => {
  const ada = await stage.newcomer();
  await ada.ask('POST', '/projects', { name: 'Garden' });
  await ada.open('/settings/tokens');
  await ada.isConnected();
  await ada.page.getByRole('button', { name: 'New token' }).click();
  await ada.page.getByLabel('What it’s for').fill('Gardener');
  await ada.page.getByRole('combobox', { name: 'Access' }).click();
  await ada.page.getByRole('option', { name: 'Read and write' }).click();
  await ada.page.getByRole('button', { name: 'Limit it further' }).click();
  await ada.page.getByRole('checkbox', { name: 'Add a task' }).click();
  await ada.page.getByRole('checkbox', { name: 'Garden' }).click();
  const hourly = ada.page.getByLabel('Most changes per hour');
  // What is wrong is said where it is.
  await hourly.fill('20000');
  await ada.page.getByRole('button', { name: 'Create token' }).click();
  await expect.poll(() => hourly.getAttribute('aria-invalid')).toBe('true');
  await hourly.fill('20');
  await ada.page.getByRole('button', { name: 'Create token' }).click();
  await ada.page.getByText('1 tool, in 1 project, 20 changes an hour').waitFor();
  await expect
    .poll(() => ada.ask('GET', '/tokens'))
    .toMatchObject({ items: [{ name: 'Gardener', grant: { tools: ['add_task'], writes_per_hour: 20 } }] });
  await ada.page.getByRole('button', { name: 'Revoke Gardener' }).click();
  await ada.page.getByRole('dialog', { name: 'Revoke “Gardener”?' }).getByRole('button', { name: 'Revoke' }).click();
  await ada.page.getByText('No tokens yet').waitFor();
});

trial('the assistant is reached, used and left without a mouse', async (stage) => {
  const ada = await stage.newcomer();
  await ada.isConnected();
  const { keyboard } = ada.page;
  const focused = () => ada.page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? null);
  await ada.page.getByRole('button', { name: 'Assistant', exact: true }).waitFor();

  await keyboard.press('a');
  await expect.poll(focused).toBe('Message to the assistant');
  await keyboard.type('add Water the plants');
  await keyboard.press('Enter');
  const log = ada.page.getByRole('log');
  await log.getByRole('button', { name: 'Undo' }).waitFor();
  await expect.poll(() => log.getByRole('button', { name: 'Undo' }).isEnabled()).toBe(true);
  expect(await focused()).toBe('Message to the assistant');
  // Back through the panel: what can be pressed comes in the order in which it is seen.
  await keyboard.press('Shift+Tab');
  expect(await ada.page.evaluate(() => document.activeElement?.textContent)).toBe('Undo');
  await keyboard.press('Enter');
  await ada.seesNo('Water the plants');
  // The button is gone, and what became of it is where it was.
  await expect.poll(focused).toBe('What the assistant did');

  await keyboard.press('Escape');
  await ada.page.getByRole('complementary', { name: 'Assistant' }).waitFor({ state: 'detached' });
  await expect.poll(focused).toBe('Assistant');
});

trial('on a phone the assistant has the screen to itself', async (stage) => {
  const ada = await stage.newcomer(PHONE);
  await ada.isConnected();
  const panel = await ada.openAssistant();
  await ada.tellAssistant('add From a phone');
  await panel.getByRole('button', { name: 'Undo' }).waitFor();
  expect(await panel.boundingBox()).toMatchObject({ x: 0, y: 0, width: ada.page.viewportSize()?.width });
  // What is behind it is nowhere to be reached.
  await ada.page.getByRole('button', { name: 'Account menu' }).waitFor({ state: 'hidden' });
  expect(await ada.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0);
  await panel.getByRole('button', { name: 'Close the assistant' }).tap();
  await ada.sees('From a phone');
});
