import { AxeBuilder } from '@axe-core/playwright';
import { mkdirSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { env } from './env';
import { lookAtEmpty, lookAtFailures, lookAtOpenings, type Look } from './openings';
import type { Person } from './person';
import type { Stage } from './trial';

/** Every view, by the name of its picture. */
export async function views(ada: Person): Promise<[name: string, path: string][]> {
  const { project, task } = await furnish(ada);
  return [
    ['dashboard', '/dashboard'],
    ['dashboard-projects', '/dashboard?by=project'],
    ['today', '/today'],
    ['upcoming', '/upcoming'],
    ['inbox', '/inbox'],
    ['project', `/projects/${project}`],
    ['project-done', `/projects/${project}?done=1&sort=priority`],
    ['tag', '/tags/home'],
    ['board', '/board'],
    ['board-project', '/board?by=project'],
    ['board-status', '/board?by=status'],
    ['calendar', '/calendar'],
    ['calendar-week', '/calendar?view=week'],
    ['search', '/search'],
    ['trash', '/trash'],
    ['statistics', '/statistics'],
    ['history', '/history'],
    ['history-task', `/history/${task}`],
    ['notifications', '/notifications'],
    ['confirmations', '/confirmations'],
    ['settings', '/settings'],
    ['settings-notifications', '/settings/notifications'],
    ['settings-tokens', '/settings/tokens'],
    ['settings-webhooks', '/settings/webhooks'],
    ['settings-data', '/settings/data'],
  ];
}

/** Something of everything; returns a project and a task. */
async function furnish(ada: Person): Promise<{ project: string; task: string }> {
  const day = (offset: number) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
  const { id } = await ada.ask<{ id: string }>('POST', '/projects', { name: 'Garden', color: '#5f8f3a' });
  await ada.create({ title: 'Pay the electricity bill', priority: 'urgent', due: { kind: 'date', date: day(-2) } });
  const { id: task } = await ada.create({
    title: 'Water the plants',
    description: 'As https://example.com/plants says:\n\n- [x] the **ferns**\n- [ ] the roses',
    tags: ['home'],
    project_id: id,
    due: { kind: 'date', date: day(0) },
    recurrence: { rule: 'weekly' },
    reminders: [{ when: { kind: 'before', minutes: 30 } }],
  });
  await ada.create({ title: 'Prune the roses', priority: 'medium', project_id: id, due: { kind: 'floating', local: `${day(1)}T15:00:00` } });
  await ada.create({ title: 'Write to grandmother about the summer, the boat and the new dog', priority: 'low', tags: ['home', 'letters'] });
  const { id: done } = await ada.create({ title: 'Buy a rake', project_id: id });
  await ada.ask('PATCH', `/tasks/${done}/complete`, { completed: true });
  const { id: deleted } = await ada.create({ title: 'Sell the old bicycle' });
  await ada.ask('DELETE', `/tasks/${deleted}`);
  return { project: id, task };
}

/** A reminder comes, and is seen where they are. */
async function remind(ada: Person): Promise<void> {
  const at = new Date(Date.now() + 3_000).toISOString();
  await ada.create({ title: 'Take the cake out', reminders: [{ when: { kind: 'at', at } }] });
  await ada.open('/notifications');
  await ada.isConnected();
  await ada.page.locator('main').getByRole('listitem').filter({ hasText: 'Take the cake out' }).waitFor();
}

/** What on a page keeps people out, as axe finds it. `except`: rules that do not count there. */
export async function obstacles(page: Page, except: readonly string[] = []): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).disableRules([...except]).analyze();
  return violations.map(({ id, nodes }) => `${id} ${nodes.map(({ html }) => html).join(' ')}`);
}

/** Looks at every view and at what opens over them: takes a picture, and has axe find what keeps people out. */
export async function lookAround(stage: Stage, scheme: 'light' | 'dark'): Promise<void> {
  // Without a worker, whatever a page asks can be answered in the server's place.
  const ada = await stage.newcomer({ colorScheme: scheme, serviceWorkers: 'block' });
  mkdirSync(env.pictures, { recursive: true });
  const found: string[] = [];
  const look: Look = async (name, except) => {
    await ada.page.screenshot({ path: `${env.pictures}/${name}-${scheme}.png` });
    for (const obstacle of await obstacles(ada.page, except)) found.push(`${name}: ${obstacle}`);
  };
  await lookAtEmpty(ada, look);
  for (const [name, path] of await views(ada)) {
    await ada.open(path);
    await ada.isConnected();
    await ada.isDrawn();
    await look(name);
  }
  await ada.open('/dashboard');
  await ada.isConnected();
  await ada.page.getByRole('textbox', { name: 'New task' }).fill('Call mum tomorrow at 9:00 #family !high every week');
  await ada.page.getByRole('status', { name: 'Understood' }).waitFor();
  await look('quick-add');
  await ada.page.getByRole('textbox', { name: 'New task' }).fill('Call mum #ho');
  await ada.page.getByRole('option', { name: 'home', exact: true }).waitFor();
  await look('type-ahead');
  // Closes the list; then it is a field like any other, and Escape leaves that.
  await ada.page.keyboard.press('Escape');
  await ada.page.getByRole('textbox', { name: 'New task' }).fill('');
  await ada.page.keyboard.press('Escape');
  await ada.page.keyboard.press('q');
  await ada.page.getByRole('dialog', { name: 'New task' }).getByRole('textbox').fill('Call mum tomorrow #family');
  await ada.page.getByRole('status', { name: 'Understood' }).waitFor();
  await look('quick-add-dialog');
  await ada.page.keyboard.press('Escape');
  await ada.page.getByRole('dialog').waitFor({ state: 'detached' });
  await ada.hasTools('Water the plants');
  await ada.page.getByRole('button', { name: 'Open “Water the plants”' }).click({ modifiers: ['ControlOrMeta'] });
  await ada.page.getByRole('toolbar', { name: 'Selected tasks' }).waitFor();
  await look('selected');
  await ada.page.keyboard.press('Escape');
  await ada.page.getByRole('button', { name: 'Open “Water the plants”' }).click();
  const sheet = ada.page.getByRole('dialog', { name: 'Task details' });
  await sheet.waitFor();
  await look('task');
  await sheet.getByRole('button', { name: 'Repeat' }).click();
  await ada.page.getByText('The next dates').waitFor();
  await ada.page.getByRole('button', { name: 'Something else…' }).click();
  await look('recurrence');
  await ada.page.keyboard.press('Escape');
  await sheet.getByRole('button', { name: 'Reminders' }).click();
  await ada.page.getByRole('dialog', { name: 'Reminders' }).waitFor();
  await look('reminders');
  await ada.page.keyboard.press('Escape');
  await ada.page.keyboard.press('Escape');
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
  await ada.page.getByRole('link', { name: '1 request needs your approval' }).click();
  await ada.page.getByRole('heading', { name: 'Delete 6 tasks?' }).waitFor();
  await look('confirmations-question');
  await ada.page.keyboard.press('Control+k');
  await ada.page.getByRole('dialog', { name: 'Search and commands' }).waitFor();
  await look('palette');
  await ada.page.keyboard.press('Escape');
  await ada.page.getByRole('dialog').waitFor({ state: 'detached' });
  await ada.page.keyboard.press('?');
  await ada.page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await look('help');
  await lookAtOpenings(ada, look);
  await remind(ada);
  await look('notifications-some');
  await lookAtFailures(ada, look);
  await ada.losesSession();
  for (const name of ['sign-in', 'sign-up']) {
    await ada.open(`/${name}`);
    await look(name);
  }
  await ada.page.getByRole('button', { name: 'Create account', exact: true }).click();
  await ada.page.locator('[aria-invalid=true]').first().waitFor();
  await look('sign-up-refused');
  expect(found).toEqual([]);
}
