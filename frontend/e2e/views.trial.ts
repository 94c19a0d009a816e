import { AxeBuilder } from '@axe-core/playwright';
import { mkdirSync } from 'node:fs';
import { expect } from 'vitest';
import { env } from './stage/env';
import type { Person } from './stage/person';
import { PHONE, trial } from './stage/trial';

/** Every view, by the name of its picture. */
async function views(ada: Person): Promise<[name: string, path: string][]> {
  const project = await furnish(ada);
  return [
    ['dashboard', '/dashboard'],
    ['today', '/today'],
    ['upcoming', '/upcoming'],
    ['inbox', '/inbox'],
    ['project', `/projects/${project}`],
    ['tag', '/tags/home'],
    ['board', '/board'],
    ['calendar', '/calendar'],
    ['search', '/search'],
    ['trash', '/trash'],
    ['statistics', '/statistics'],
    ['history', '/history'],
    ['notifications', '/notifications'],
    ['settings', '/settings'],
    ['settings-notifications', '/settings/notifications'],
    ['settings-tokens', '/settings/tokens'],
    ['settings-webhooks', '/settings/webhooks'],
    ['settings-data', '/settings/data'],
  ];
}

/** Something of everything; returns a project. */
async function furnish(ada: Person): Promise<string> {
  const day = (offset: number) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
  const { id } = await ada.ask<{ id: string }>('POST', '/projects', { name: 'Garden', color: '#5f8f3a' });
  await ada.create({ title: 'Pay the electricity bill', priority: 'urgent', due: { kind: 'date', date: day(-2) } });
  await ada.create({
    title: 'Water the plants',
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
  return id;
}

for (const scheme of ['light', 'dark'] as const) {
  trial(`no view keeps anybody out, ${scheme}`, async (stage) => {
    const ada = await stage.newcomer({ colorScheme: scheme });
    mkdirSync(env.pictures, { recursive: true });
    const found: string[] = [];
    const look = async (name: string) => {
      await ada.page.screenshot({ path: `${env.pictures}/${name}-${scheme}.png` });
      const { violations } = await new AxeBuilder({ page: ada.page }).analyze();
      for (const { id, nodes } of violations) found.push(`${name}: ${id} ${nodes.map(({ html }) => html).join(' ')}`);
    };
    for (const [name, path] of await views(ada)) {
      await ada.open(path);
      await ada.isConnected();
      await look(name);
    }
    await ada.open('/dashboard');
    await ada.isConnected();
    await ada.page.getByRole('textbox', { name: 'New task' }).fill('Call mum tomorrow at 9:00 #family !high every week');
    await ada.page.getByRole('status', { name: 'Understood' }).waitFor();
    await look('quick-add');
    await ada.page.getByRole('textbox', { name: 'New task' }).fill('');
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
    await ada.page.keyboard.press('Control+k');
    await ada.page.getByRole('dialog', { name: 'Search and commands' }).waitFor();
    await look('palette');
    await ada.context.clearCookies();
    for (const name of ['sign-in', 'sign-up']) {
      await ada.open(`/${name}`);
      await look(name);
    }
    expect(found).toEqual([]);
  });
}

trial('pictures of every view on a phone', async (stage) => {
  const ada = await stage.newcomer(PHONE);
  for (const [name, path] of await views(ada)) {
    await ada.open(path);
    await ada.isConnected();
    await ada.page.screenshot({ path: `${env.pictures}/${name}-phone.png` });
    const overflow = await ada.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow, name).toBe(0);
  }
});
